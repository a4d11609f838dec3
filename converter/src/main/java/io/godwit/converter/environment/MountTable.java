package io.godwit.converter.environment;

import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.Message;
import io.godwit.criu.field.MntEntry;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The mounts that a container sees, as one side has them. */
final class MountTable {
  /** CRIU's numbers of file systems (mnt.proto). */
  static final long TMPFS = 5;

  private static final Set<Long> KERNELS =
      Set.of(
          1L /* proc */,
          2L /* sysfs */,
          TMPFS,
          6L /* devpts */,
          12L /* cgroup */,
          14L /* mqueue */,
          23L /* cgroup2 */);

  /**
   * A mount.
   *
   * @param id the kernel's, which files refer to
   * @param point where it is, absolute; the root is {@code /}
   * @param device the kernel's encoding, as in the names of tmpfs images
   * @param fileSystem CRIU's number of the type
   * @param root which part of the file system is mounted
   * @param external whether it is bound from the machine's own files
   */
  record Mount(long id, String point, long device, long fileSystem, String root, boolean external) {
    /** Whether its files are the kernel's or live in memory, so that its type matters. */
    boolean isKernels() {
      return KERNELS.contains(fileSystem);
    }
  }

  private final List<Mount> mounts;

  private MountTable(List<Mount> mounts) {
    this.mounts = List.copyOf(mounts);
  }

  /** The mounts of the container's first process. */
  static MountTable of(ImageFolder folder) throws IOException {
    long namespace = Namespaces.mountNamespace(folder);
    return new MountTable(
        folder.entries(ImageKind.MOUNTPOINTS, namespace).messages().stream()
            .map(MountTable::mount)
            .toList());
  }

  private static Mount mount(Message entry) {
    String point = entry.requireString(MntEntry.MOUNTPOINT);
    String absolute = point.startsWith("./") ? point.substring(1) : point;
    return new Mount(
        entry.requireVarint(MntEntry.MNT_ID),
        absolute.equals(".") || absolute.isEmpty() ? "/" : absolute,
        entry.requireVarint(MntEntry.ROOT_DEV),
        entry.requireVarint(MntEntry.FSTYPE),
        entry.requireString(MntEntry.ROOT),
        entry.has(MntEntry.EXT_KEY) || entry.bool(MntEntry.EXT_MOUNT).orElse(false));
  }

  /** The same without the mount of the Engine's init program, see {@link InitProgram}. */
  MountTable withoutInit() {
    return new MountTable(mounts.stream().filter(mount -> !InitProgram.isOne(mount)).toList());
  }

  List<Mount> all() {
    return mounts;
  }

  Optional<Mount> byId(long id) {
    return mounts.stream().filter(mount -> mount.id() == id).findFirst();
  }

  /**
   * The mount at a mount point. Where several lie upon each other, the first of the image: CRIU
   * writes them from the last mounted to the first, and the last is the one that is seen.
   */
  Optional<Mount> at(String point) {
    return mounts.stream().filter(mount -> mount.point().equals(point)).findFirst();
  }

  /** The mount that a path leads to: that with the longest mount point above it. */
  Optional<Mount> above(String path) {
    return mounts.stream()
        .filter(mount ->
            mount.point().equals("/")
                || path.equals(mount.point())
                || path.startsWith(mount.point() + "/"))
        .max(Comparator.comparingInt(mount -> mount.point().length()));
  }

  /** The mount that shows all of a file system, by the device in the name of a tmpfs image. */
  Optional<Mount> wholeByDevice(long device) {
    return mounts.stream()
        .filter(mount -> mount.device() == device && mount.root().equals("/"))
        .findFirst();
  }
}
