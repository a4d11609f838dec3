package io.godwit.checkpointer.work;

import io.godwit.contract.FileTree;
import io.godwit.contract.FileTree.Kind;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.LayerListing;
import io.godwit.docker.Mount;
import io.godwit.docker.SharedMemory;
import io.godwit.docker.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/** Where the files of a container lie that neither its image nor its writable layer holds. */
final class SourceTrees {
  /** Where pages that a process has mapped and written to change no file's times. */
  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs", "hugetlbfs");

  private SourceTrees() {}

  /**
   * One tree.
   *
   * @param what it is, without its files
   * @param path the folder, or the one file
   * @param prefix of the names that belong to it, in the folder itself; empty for all
   */
  record Tree(FileTree what, Path path, String prefix) {
    /** The folder that the names in its archives are relative to. */
    Path folder() {
      return what.getSingleFile() ? path.resolveSibling(".").normalize() : path;
    }

    /** Whether times tell what changed. Otherwise everything goes when the container is frozen. */
    boolean goesAhead() throws IOException {
      return what.getKind() != Kind.SHARED_MEMORY
          && !IN_MEMORY.contains(Files.getFileStore(path).type());
    }

    /** What stands there now. */
    LayerListing list(LayerFiles files) throws IOException {
      if (what.getSingleFile()) {
        return files.listFile(path);
      }
      LayerListing all = files.list(path);
      if (prefix.isEmpty()) {
        return all;
      }
      NavigableMap<String, LayerListing.Entry> ours = new TreeMap<>();
      all.entries()
          .forEach((name, entry) -> {
            if (name.startsWith(prefix) && name.indexOf('/') < 0) {
              ours.put(name, entry);
            }
          });
      return new LayerListing(all.takenAt(), ours);
    }
  }

  /**
   * The trees of a container; one that is mounted at several places is one.
   *
   * @param held where its shared memory is kept beyond its end
   */
  static List<Tree> of(Container container, DockerEngine engine, Path held) throws IOException {
    Map<String, Tree> mounted = new LinkedHashMap<>();
    // The Engine tells them in another order each time.
    List<Mount> mounts = new ArrayList<>(container.mounts());
    mounts.sort(Comparator.comparing(Mount::destination));
    for (Mount mount : mounts) {
      switch (mount) {
        case Mount.Volume volume ->
            mounted.putIfAbsent("volume " + volume.name(), volume(engine, volume));
        case Mount.Bind bind -> mounted.putIfAbsent("bind " + bind.source(), bind(bind));
        case Mount.Tmpfs _, Mount.Other _ -> {
          // A tmpfs goes with the dump; preflight has refused what is not known.
        }
      }
    }
    List<Tree> trees = new ArrayList<>(mounted.values());
    if (SharedMemory.isEnginesOwn(container)) {
      trees.add(
          new Tree(
              FileTree.newBuilder()
                  .setKind(Kind.SHARED_MEMORY)
                  .setDestination(SharedMemory.DESTINATION)
                  .build(),
              held,
              ""));
    }
    Path folder = engine.info().folderOf(container.id());
    FileTree log = FileTree.newBuilder().setKind(Kind.LOG).setSource(container.id()).build();
    switch (container.logDriver()) {
      case "json-file" -> trees.add(new Tree(log, folder, container.id() + "-json.log"));
      case "local" -> trees.add(new Tree(log, folder.resolve("local-logs"), "container.log"));
      default -> {
        // Kept elsewhere than in files of the Engine.
      }
    }
    return trees;
  }

  private static Tree volume(DockerEngine engine, Mount.Volume mount) throws IOException {
    Volume volume =
        engine
            .inspectVolume(mount.name())
            .orElseThrow(
                () -> new IOException("volume %s was removed meanwhile".formatted(mount.name())));
    FileTree what =
        FileTree.newBuilder()
            .setKind(Kind.VOLUME)
            .setDestination(mount.destination())
            .setSource(mount.name())
            .putAllLabels(volume.labels())
            .build();
    return new Tree(what, volume.place(), "");
  }

  private static Tree bind(Mount.Bind mount) throws IOException {
    Path path = Path.of(mount.source()).toRealPath();
    return new Tree(
        FileTree.newBuilder()
            .setKind(Kind.BIND)
            .setDestination(mount.destination())
            .setSource(mount.source())
            .setSingleFile(!Files.isDirectory(path))
            .build(),
        path,
        "");
  }
}
