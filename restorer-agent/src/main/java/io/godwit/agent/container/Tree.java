package io.godwit.agent.container;

import io.godwit.contract.FileTree;
import io.godwit.contract.FileTree.Kind;
import io.godwit.contract.LayerArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One tree on this device.
 *
 * @param what it is, with what is to be applied last
 * @param ahead what came first
 * @param folder for its files and notes on them
 */
record Tree(FileTree what, LayerArchive ahead, Path folder) {
  Kind kind() {
    return what.getKind();
  }

  /** Where its files are unpacked to. */
  Path files() {
    return folder.resolve("files");
  }

  /** What is to be mounted: the folder, or the one file in it. */
  Path content() throws IOException {
    if (!what.getSingleFile()) {
      return files();
    }
    try (Stream<Path> found = Files.list(files())) {
      Optional<Path> file = found.findFirst();
      return file.orElseThrow(
          () -> new IOException("The archive of %s is empty.".formatted(what.getSource())));
    }
  }

  /** Whether the container shares it with whoever else is on its machine. */
  boolean isOfTheMachine() {
    return kind() == Kind.BIND || kind() == Kind.VOLUME;
  }

  boolean isOf(FileTree other) {
    return kind() == other.getKind()
        && what.getDestination().equals(other.getDestination())
        && what.getSource().equals(other.getSource());
  }
}
