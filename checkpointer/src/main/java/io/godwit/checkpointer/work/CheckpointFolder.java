package io.godwit.checkpointer.work;

import io.godwit.docker.DockerEngine;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Where the Engine keeps a checkpoint: {@code ROOT/containers/ID/checkpoints/NAME}. */
final class CheckpointFolder {
  /** Written by runc: what the inherited descriptors were. */
  private static final String DESCRIPTORS = "descriptors.json";

  /** Written by CRIU last of all, when the dump has succeeded. */
  private static final String INVENTORY = "inventory.img";

  private final Path folder;

  private CheckpointFolder(Path folder) {
    this.folder = folder;
  }

  static CheckpointFolder of(DockerEngine engine, String containerId, String checkpoint)
      throws IOException {
    return new CheckpointFolder(
        Path.of(engine.info().path("DockerRootDir").asText("/var/lib/docker"))
            .resolve("containers")
            .resolve(containerId)
            .resolve("checkpoints")
            .resolve(checkpoint));
  }

  /** Whether it holds a dump that succeeded. */
  boolean isComplete() {
    return Files.isRegularFile(folder.resolve(INVENTORY))
        && Files.isRegularFile(folder.resolve(DESCRIPTORS));
  }

  /** The folder itself. */
  Path path() {
    return folder;
  }

  /** All files, by name. */
  List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, Files::isRegularFile)) {
      all.forEach(files::add);
    }
    files.sort(Comparator.comparing(path -> path.getFileName().toString()));
    return files;
  }

  /** Names, sizes and times: equal to an earlier one when nobody has written meanwhile. */
  List<String> glance() throws IOException {
    List<String> lines = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      for (Path file : files()) {
        lines.add(
            "%s %d %s"
                .formatted(file.getFileName(), Files.size(file), Files.getLastModifiedTime(file)));
      }
    }
    return lines;
  }

  /**
   * Makes the Engine see another checkpoint than the last time: it puts the folder as a tar under
   * its digest into its store, and after a start that failed it has refused the same one, "content
   * already exists" (moby#42900).
   */
  void touch(Instant now) throws IOException {
    Files.setLastModifiedTime(folder.resolve(DESCRIPTORS), FileTime.from(now));
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
