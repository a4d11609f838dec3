package io.godwit.docker;

import static java.util.stream.Collectors.toSet;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The files of a container's writable layer (overlay2's upper folder) as tar archives, by the
 * machine's own GNU tar: extended attributes (an opaque folder is one), owners by number and
 * whiteouts (character devices 0/0) go along. What overlayfs notes for itself about this machine's
 * lower layers (trusted.overlay.origin and the like) stays behind, and so do this machine's SELinux
 * labels. Sockets stay behind too: their owners make them again.
 */
public final class LayerFiles {
  private static final Duration PATIENCE = Duration.ofHours(1);

  /** What belongs to the machine, not to the files (kernel, filesystems/overlayfs). */
  private static final List<String> XATTRS =
      List.of(
          "--xattrs",
          "--xattrs-include=*",
          "--xattrs-exclude=trusted.overlay.origin",
          "--xattrs-exclude=trusted.overlay.impure",
          "--xattrs-exclude=trusted.overlay.nlink",
          "--xattrs-exclude=trusted.overlay.upper",
          "--xattrs-exclude=trusted.overlay.uuid",
          "--xattrs-exclude=security.selinux");

  /** Marks that the kernel makes by itself of what is done through a mount. */
  private static final Set<String> MADE_THROUGH_A_MOUNT =
      Set.of(TarMember.WHITEOUT, TarMember.OPAQUE, "origin", "impure", "nlink", "upper", "uuid");

  private final CommandRunner commands;
  private final Clock clock;
  private final boolean inUse;

  public LayerFiles(CommandRunner commands, Clock clock) {
    this(commands, clock, true);
  }

  private LayerFiles(CommandRunner commands, Clock clock, boolean inUse) {
    this.commands = commands;
    this.clock = clock;
    this.inUse = inUse;
  }

  /**
   * The same for files that nobody writes to any more. They need not be written out before they are
   * listed, which takes as long as there is anything to write on their file system: pages were
   * clean at the listing before, so every write since shows in the files' times.
   */
  public LayerFiles ofFrozen() {
    return new LayerFiles(commands, clock, false);
  }

  /**
   * A container's upper folder.
   *
   * @throws IOException when the storage driver is not overlay2
   */
  public static Path upperDir(Container container) throws IOException {
    return container
        .writableLayer()
        .orElseThrow(() ->
            new IOException(
                "The container's storage driver is %s; Godwit reads the files that a container changed from overlay2."
                    .formatted(container.storageDriver())));
  }

  /**
   * Lists a layer. Before that it is written out, so that a page which a process has mapped and
   * written to is clean, and the next write to it changes the file's times.
   */
  public LayerListing list(Path layer) throws IOException {
    return list(layer, "%P");
  }

  /** Lists a single file, by its name, as a folder with only that in it would be. */
  public LayerListing listFile(Path file) throws IOException {
    return list(file, "%f");
  }

  private LayerListing list(Path layer, String name) throws IOException {
    Instant before = clock.instant();
    if (inUse) {
      check(commands.run(List.of("sync", "--file-system", layer.toString()), PATIENCE), "sync", 0);
    }
    CommandRunner.Result found =
        commands.run(
            List.of(
                "find", layer.toString(), "-mount", "-printf", "%y %s %T@ %C@ %i " + name + "\\0"),
            PATIENCE);
    // A file that goes away meanwhile makes find end with 1; the listing is right without it.
    check(found, "find", 1);
    try {
      return LayerListing.parse(before, found.output());
    } catch (IllegalArgumentException e) {
      throw new IOException("%s: %s".formatted(layer, e.getMessage()), e);
    }
  }

  /**
   * Archives everything that a listing names, from a layer in use: files may change or go
   * meanwhile, {@link #archiveChanges} brings those again.
   */
  public void archive(Path layer, LayerListing listing, Path into) throws IOException {
    tar(layer, listing, List.copyOf(listing.entries().keySet()), into, true);
  }

  /**
   * Archives paths of a listing that nobody writes to meanwhile.
   *
   * @throws IOException also when one of them changed meanwhile
   */
  public void archive(Path layer, LayerListing listing, Collection<String> paths, Path into)
      throws IOException {
    tar(layer, listing, List.copyOf(paths), into, false);
  }

  /**
   * Adds a program of root's to an archive, in the place of what the archive has under its path.
   *
   * @param folder where it lies under this path
   */
  public void addProgram(Path folder, String path, Path archive) throws IOException {
    List<String> command =
        List.of(
            "tar",
            "--append",
            "--file",
            archive.toString(),
            "--format=posix",
            "--owner=0",
            "--group=0",
            "--numeric-owner",
            "--mode=755",
            "--directory",
            folder.toString(),
            path);
    check(commands.run(command, PATIENCE), "tar", 0);
  }

  /** How many bytes of each file an archive holds, by the file's name. */
  public static Map<String, Long> sizes(Path archive) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    for (TarMember member : members(archive)) {
      sizes.put(member.name(), member.size());
    }
    return sizes;
  }

  /**
   * Archives what changed in a layer since a listing was taken. Nobody may write to the layer
   * meanwhile.
   *
   * @return the paths that are gone since
   */
  public List<String> archiveChanges(Path layer, LayerListing before, Path into)
      throws IOException {
    return archiveChanges(layer, before, ofFrozen().list(layer), into);
  }

  /** The same between two listings. */
  public List<String> archiveChanges(Path layer, LayerListing before, LayerListing now, Path into)
      throws IOException {
    LayerListing.Difference difference = before.until(now);
    tar(layer, now, difference.changed(), into, false);
    return difference.removed();
  }

  private void tar(Path layer, LayerListing listing, List<String> paths, Path into, boolean inUse)
      throws IOException {
    StringBuilder names = new StringBuilder();
    for (String path : paths) {
      LayerListing.Entry entry = listing.entries().get(path);
      if (entry != null && entry.type() != 's') {
        names.append(path).append('\0');
      }
    }
    Path list = Files.createTempFile("godwit-layer", ".list");
    try {
      Files.writeString(list, names, StandardCharsets.UTF_8);
      List<String> command = new ArrayList<>();
      command.addAll(List.of("tar", "--create", "--file", into.toString(), "--format=posix"));
      command.addAll(XATTRS);
      command.addAll(List.of("--numeric-owner", "--no-recursion", "--sparse"));
      if (inUse) {
        command.add("--ignore-failed-read");
      }
      command.addAll(List.of("--directory", layer.toString()));
      command.addAll(List.of("--null", "--verbatim-files-from", "--files-from", list.toString()));
      check(commands.run(command, PATIENCE), "tar", inUse ? 1 : 0);
    } finally {
      Files.deleteIfExists(list);
    }
  }

  /**
   * Unpacks an archive into the layer of a container that does not run.
   *
   * @param removed paths that go before the archive's files come
   * @throws IOException when the archive is damaged, or holds anything that would come to lie
   *     outside of the layer
   */
  public void unpack(Path archive, List<String> removed, Path layer) throws IOException {
    remove(removed, layer);
    LayerPaths paths = new LayerPaths(layer);
    List<TarMember> members = members(archive);
    paths.makeRoomFor(members);
    paths.verify(members);
    extract(archive, XATTRS, layer);
  }

  /**
   * Unpacks an archive of what changed in a layer through a mount of that layer, of which the
   * kernel asks that nobody writes beneath it (filesystems/overlayfs, "Changes to underlying
   * filesystems").
   *
   * @param removed as {@link #unpack}
   * @param before the archive that the layer was made from
   * @param mount where the container's whole file system stands; no process of it runs
   * @throws IOException also when the archive has what cannot be made through a mount
   */
  public void unpackMounted(Path archive, List<String> removed, Path before, Path mount)
      throws IOException {
    remove(removed, mount);
    LayerPaths paths = new LayerPaths(mount);
    List<TarMember> members = members(archive);
    Set<String> opaque =
        members(before).stream()
            .filter(member -> member.marks().contains(TarMember.OPAQUE))
            .map(TarMember::name)
            .collect(toSet());
    List<TarMember> come = new ArrayList<>();
    StringBuilder gone = new StringBuilder();
    for (TarMember member : members) {
      if (!MADE_THROUGH_A_MOUNT.containsAll(member.marks()) || member.name().contains("\n")) {
        throw new IOException(
            "%s: what overlayfs notes of it cannot be made through a mount: %s"
                .formatted(member.name(), member.marks()));
      }
      boolean whiteout = member.marks().contains(TarMember.WHITEOUT);
      // One that was opaque before hides nothing now but what is told to be gone.
      boolean anew = member.marks().contains(TarMember.OPAQUE) && !opaque.contains(member.name());
      if (whiteout || anew) {
        paths.delete(member.name());
      }
      if (whiteout) {
        gone.append(member.name()).append('\n');
      } else {
        come.add(member);
      }
    }
    paths.makeRoomFor(come);
    paths.verify(come);
    Path list = Files.createTempFile("godwit-layer", ".list");
    try {
      Files.writeString(list, gone, StandardCharsets.UTF_8);
      List<String> options = new ArrayList<>(XATTRS);
      options.addAll(
          List.of(
              "--xattrs-exclude=trusted.overlay.*",
              "--anchored",
              "--no-wildcards",
              "--exclude-from=" + list));
      extract(archive, options, mount);
    } finally {
      Files.deleteIfExists(list);
    }
  }

  private static List<TarMember> members(Path archive) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(archive))) {
      return TarMember.readAll(in, archive.toString());
    }
  }

  private void extract(Path archive, List<String> options, Path layer) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("tar", "--extract", "--file", archive.toString()));
    command.addAll(options);
    command.addAll(
        List.of(
            "--numeric-owner",
            "--same-owner",
            "--preserve-permissions",
            "--delay-directory-restore",
            "--directory",
            layer.toString()));
    check(commands.run(command, PATIENCE), "tar", 0);
  }

  /** Removes paths from a layer that nobody uses, with all that is in them. */
  public void remove(List<String> paths, Path layer) throws IOException {
    LayerPaths all = new LayerPaths(layer);
    for (String path : paths) {
      all.delete(path);
    }
  }

  /**
   * Where a path of a layer lies on this machine.
   *
   * @throws IOException when it leaves the layer, by its name or through a link
   */
  public Path inside(Path layer, String path) throws IOException {
    return new LayerPaths(layer).resolve(path);
  }

  private static void check(CommandRunner.Result result, String program, int worstExit)
      throws IOException {
    if (result.exit() > worstExit) {
      throw new IOException(
          "%s ended with %d: %s".formatted(program, result.exit(), result.errors()));
    }
  }
}
