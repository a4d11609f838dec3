package io.godwit.agent.container;

import io.godwit.agent.state.MigrationId;
import io.godwit.contract.FileTree.Kind;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.Container;
import io.godwit.docker.ContainerSpec;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.ListedContainer;
import io.godwit.docker.Mount;
import io.godwit.docker.TreeComparison;
import io.godwit.docker.Volume;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The places on this device that a container's files are put into. What stands there already is
 * foreign: it stays where it is the same, is refused where it is not, and where it may be replaced
 * it stands beside until the outcome is known. Each change is noted before it is made.
 */
public final class Places {
  private static final String NOTE = "place";
  private static final String ABSENT = "absent";
  private static final String KEPT = "kept";
  private static final Duration PATIENCE = Duration.ofHours(1);

  private final DockerEngine engine;
  private final CommandRunner commands;
  private final Homecoming homecoming;

  public Places(DockerEngine engine, CommandRunner commands, Homecoming homecoming) {
    this.engine = engine;
    this.homecoming = homecoming;
    this.commands = commands;
  }

  /** Why a tree cannot have its place on this device. */
  List<String> obstacles(Tree tree, ContainerSpec spec, boolean replace) throws IOException {
    String source = tree.what().getSource();
    return switch (tree.kind()) {
      case VOLUME ->
          spec.hasAnonymousVolume(tree.what().getDestination())
              ? List.of()
              : volumeObstacles(
                  tree, source, replace || homecoming.isVolumeLeftBehind(source, spec.labels()));
      case BIND -> obstacle(tree, Path.of(source), "The path " + source, replace).stream().toList();
      case SHARED_MEMORY, LOG -> List.of();
      case KIND_UNSPECIFIED, UNRECOGNIZED ->
          List.of(
              "The container brings files of a kind that this device's agent does not know. Bring both to one version.");
    };
  }

  /** Why the log cannot go where the container's configuration has it. */
  List<String> logDriver(ContainerSpec spec) throws IOException {
    String driver = spec.logDriver();
    List<String> known = engine.info().logDrivers();
    return driver.isEmpty() || driver.equals("none") || known.isEmpty() || known.contains(driver)
        ? List.of()
        : List.of(
            "The container's log driver is %s, which this device's Engine does not have."
                .formatted(driver));
  }

  private List<String> volumeObstacles(Tree tree, String name, boolean replace) throws IOException {
    Optional<Volume> there = engine.inspectVolume(name);
    if (there.isEmpty()) {
      return List.of();
    }
    if (!there.get().isPlain()) {
      return List.of(
          "The volume %s on this device is not a plain one of the local driver: rename or remove it there."
              .formatted(name));
    }
    return obstacle(tree, there.get().place(), "The volume " + name, replace).stream().toList();
  }

  private Optional<String> obstacle(Tree tree, Path place, String name, boolean replace)
      throws IOException {
    if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    Optional<String> difference = TreeComparison.difference(tree.content(), place);
    if (difference.isEmpty()) {
      return Optional.empty();
    }
    if (isMountPoint(place)) {
      return Optional.of(
          "%s is on this device, where something else is mounted: it cannot be replaced."
              .formatted(name));
    }
    Optional<String> user = runningUser(tree, place);
    if (user.isPresent()) {
      return Optional.of(
          "%s is on this device with other files in it, and container %s, which runs there, uses it: stop that one."
              .formatted(name, user.get()));
    }
    return replace || TreeComparison.isEmpty(place)
        ? Optional.empty()
        : Optional.of(
            "%s is on this device with other files in it (%s). Move them away, or have them replaced with --replace-files."
                .formatted(name, difference.get()));
  }

  private Optional<String> runningUser(Tree tree, Path place) throws IOException {
    for (ListedContainer container : engine.containers()) {
      if (container.runs()
          && container.mounts().stream().anyMatch(mount -> uses(mount, tree, place))) {
        return Optional.of(container.name());
      }
    }
    return Optional.empty();
  }

  private static boolean uses(Mount mount, Tree tree, Path place) {
    return switch (mount) {
      case Mount.Volume volume ->
          tree.kind() == Kind.VOLUME && volume.name().equals(tree.what().getSource());
      case Mount.Bind bind -> overlap(Path.of(bind.source()), place);
      case Mount.Tmpfs _, Mount.Other _ -> false;
    };
  }

  private static boolean overlap(Path one, Path other) {
    return one.startsWith(other) || other.startsWith(one);
  }

  private static boolean isMountPoint(Path place) throws IOException {
    return Files.isDirectory(place)
        && !Files.getAttribute(place, "unix:dev")
            .equals(
                Files.getAttribute(place.toAbsolutePath().resolve("..").normalize(), "unix:dev"));
  }

  /** Where a container, made and not started, has the volume of a destination. */
  Path volume(Container container, String destination) throws IOException {
    for (Mount mount : container.mounts()) {
      if (mount instanceof Mount.Volume there && there.destination().equals(destination)) {
        Optional<Volume> volume = engine.inspectVolume(there.name());
        if (volume.isPresent()) {
          return volume.get().place();
        }
      }
    }
    throw new IOException("The container has no volume at " + destination);
  }

  /** Puts a tree into its place, unless the same stands there. */
  void put(Tree tree, Path place, MigrationId id) throws IOException {
    // What an interrupted attempt left.
    putBack(tree);
    boolean stands = Files.exists(place, LinkOption.NOFOLLOW_LINKS);
    if (stands && TreeComparison.difference(tree.content(), place).isEmpty()) {
      return;
    }
    Optional<String> user = stands ? runningUser(tree, place) : Optional.empty();
    if (user.isPresent()) {
      throw new IOException(
          "%s is used by container %s, which was started since the rehearsal."
              .formatted(place, user.get()));
    }
    Path parent = place.toAbsolutePath().resolveSibling(".").normalize();
    Path made = firstMissing(parent);
    Path old = parent.resolve(".%s.godwit-%s".formatted(place.getFileName(), id.shortId()));
    note(tree, stands ? KEPT : ABSENT, place, old, made);
    Files.createDirectories(parent);
    if (stands) {
      Files.move(place, old, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.deleteIfExists(tree.folder().resolve("unpacked"));
    move(tree.content(), place, old.resolveSibling(old.getFileName() + ".new"));
  }

  private void move(Path from, Path to, Path beside) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      DurableFiles.deleteFolder(beside);
      CommandRunner.Result copy =
          commands.run(
              List.of(
                  "cp",
                  "--archive",
                  "--reflink=auto",
                  "--no-target-directory",
                  from.toString(),
                  beside.toString()),
              PATIENCE);
      if (copy.exit() != 0) {
        throw new IOException("cp ended with %d: %s".formatted(copy.exit(), copy.errors()), e);
      }
      Files.move(beside, to, StandardCopyOption.ATOMIC_MOVE);
      DurableFiles.deleteFolder(from);
    }
  }

  /**
   * Has something empty stand in a place where nothing does, for the Engine to find when it starts
   * the container; what comes there afterwards takes its place.
   */
  void standIn(Tree tree, Path place, MigrationId id) throws IOException {
    putBack(tree);
    if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Path parent = place.toAbsolutePath().resolveSibling(".").normalize();
    Path old = parent.resolve(".%s.godwit-%s".formatted(place.getFileName(), id.shortId()));
    note(tree, ABSENT, place, old, firstMissing(parent));
    Files.createDirectories(parent);
    if (tree.what().getSingleFile()) {
      Files.createFile(place);
    } else {
      Files.createDirectory(place);
    }
  }

  /** Puts a log's files where the Engine is going to write on, under the new container's id. */
  void log(Tree tree, Container container) throws IOException {
    String id = container.id();
    Path folder = engine.info().folderOf(id);
    if (container.logDriver().equals("local")) {
      folder = folder.resolve("local-logs");
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(tree.files())) {
      files.forEach(found::add);
    }
    for (Path file : found) {
      String name = String.valueOf(file.getFileName()).replace(tree.what().getSource(), id);
      Files.move(file, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Puts back what stood in a tree's place, and removes what was put there. */
  void putBack(Tree tree) throws IOException {
    Optional<Note> found = note(tree);
    if (found.isEmpty()) {
      return;
    }
    Note note = found.get();
    DurableFiles.deleteFolder(note.old.resolveSibling(note.old.getFileName() + ".new"));
    if (note.stood.equals(ABSENT)) {
      DurableFiles.deleteFolder(note.place);
      removeEmpty(note);
    } else if (Files.exists(note.old, LinkOption.NOFOLLOW_LINKS)) {
      DurableFiles.deleteFolder(note.place);
      Files.move(note.old, note.place, StandardCopyOption.ATOMIC_MOVE);
    }
    DurableFiles.delete(tree.folder().resolve(NOTE));
  }

  /** What stood in a tree's place is not needed any more. */
  void forgetOld(Tree tree) throws IOException {
    Optional<Note> note = note(tree);
    if (note.isPresent() && note.get().stood.equals(KEPT)) {
      DurableFiles.deleteFolder(note.get().old);
    }
  }

  private static void removeEmpty(Note note) throws IOException {
    Path folder = note.place.resolveSibling(".").normalize();
    while (folder.startsWith(note.made)
        && !note.made.equals(note.place)
        && TreeComparison.isEmpty(folder)) {
      Files.delete(folder);
      folder = folder.resolve("..").normalize();
    }
  }

  /** The topmost folder that has to be made for a folder to be there; itself where none has. */
  private static Path firstMissing(Path folder) {
    Path missing = folder;
    Path at = folder;
    while (!Files.exists(at)) {
      missing = at;
      at = at.resolve("..").normalize();
    }
    return missing;
  }

  /**
   * What was done to a place.
   *
   * @param stood whether something stood there
   * @param old where it was moved to
   * @param made the topmost folder that was made for it
   */
  private record Note(String stood, Path place, Path old, Path made) {}

  private static void note(Tree tree, String stood, Path place, Path old, Path made)
      throws IOException {
    boolean missing = !Files.exists(made);
    DurableFiles.write(
        tree.folder().resolve(NOTE),
        String.join(
            "\0", stood, place.toString(), old.toString(), (missing ? made : place).toString()));
  }

  private static Optional<Note> note(Tree tree) throws IOException {
    Path file = tree.folder().resolve(NOTE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String[] words = Files.readString(file).split("\0", -1);
    return Optional.of(new Note(words[0], Path.of(words[1]), Path.of(words[2]), Path.of(words[3])));
  }
}
