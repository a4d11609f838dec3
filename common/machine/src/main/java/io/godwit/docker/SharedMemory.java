package io.godwit.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A container's /dev/shm under {@code --ipc shareable}. The Engine mounts a tmpfs of its own at
 * {@code ROOT/containers/ID/mounts/shm} when the container starts, binds it into the container, and
 * unmounts it when the container stops; to CRIU it is an external mount, whose content is in no
 * dump. So the content is kept by a second mount of the same tmpfs, and CRIU is told to put that
 * one into the restored container: what {@code runc.conf} says of an external mount comes before
 * what runc asked for (criu/cr-service.c reads the file last, criu/external.c finds the last
 * first). Afterwards the kept tmpfs takes the place of the Engine's fresh one, so that containers
 * which join later share it, and the Engine unmounts it in the end.
 */
public final class SharedMemory {
  /** Where the container has it. */
  public static final String DESTINATION = "/dev/shm";

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final long DEFAULT_SIZE = 64L << 20;

  private final CommandRunner commands;

  public SharedMemory(CommandRunner commands) {
    this.commands = commands;
  }

  /** Whether a container's /dev/shm is a mount of the Engine's own. */
  public static boolean isEnginesOwn(Container container) {
    return container.ipcMode().equals("shareable");
  }

  /** Where the Engine has it mounted while the container runs. */
  public static Path mountOf(DockerEngine engine, String containerId) throws IOException {
    return engine.info().folderOf(containerId).resolve("mounts").resolve("shm");
  }

  /**
   * Keeps what a running container has in its shared memory beyond its end.
   *
   * @param place an absolute path for the second mount; one that stands there already is kept
   */
  public void hold(Path mount, Path place) throws IOException {
    if (isMounted(place)) {
      return;
    }
    Files.createDirectories(place);
    run("mount", "--bind", mount.toString(), place.toString());
    run("mount", "--make-private", place.toString());
  }

  /**
   * Mounts an empty one, as the Engine would for this container; one that stands there goes first.
   */
  public void create(Container container, Path place) throws IOException {
    release(place);
    Files.createDirectories(place);
    long asked = container.hostConfig().path("ShmSize").asLong();
    String options = "nosuid,nodev,noexec,mode=1777,size=" + (asked > 0 ? asked : DEFAULT_SIZE);
    run("mount", "-t", "tmpfs", "-o", options, "shm", place.toString());
    run("mount", "--make-private", place.toString());
  }

  /** The line for {@code runc.conf} that puts a kept one into the container. */
  public static List<String> options(Path place) throws IOException {
    return isMounted(place)
        ? List.of("external mnt[%s]:%s".formatted(DESTINATION, place))
        : List.of();
  }

  /** Puts a kept one, which the restored container has, in the place of the Engine's fresh one. */
  public void adopt(Path place, Path mount) throws IOException {
    if (!isMounted(place)) {
      return;
    }
    // After a crash in the middle of this, the Engine's place may have it already.
    if (isMounted(mount) && device(mount) != device(place)) {
      run("umount", mount.toString());
    }
    if (!isMounted(mount)) {
      run("mount", "--bind", place.toString(), mount.toString());
    }
    release(place);
  }

  /** Gives a kept one up; its content goes where nobody else has it mounted. */
  public void release(Path place) throws IOException {
    if (isMounted(place)) {
      run("umount", place.toString());
    }
    if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
      Files.delete(place);
    }
  }

  /** Whether a tmpfs is mounted at a path: its device is another than its folder's. */
  public static boolean isMounted(Path place) throws IOException {
    return Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)
        && device(place) != device(place.resolveSibling("."));
  }

  private static long device(Path path) throws IOException {
    return ((Number) Files.getAttribute(path, "unix:dev")).longValue();
  }

  private void run(String... command) throws IOException {
    CommandRunner.Result result = commands.run(List.of(command), PATIENCE);
    if (result.exit() != 0) {
      throw new IOException(
          "%s ended with %d: %s"
              .formatted(String.join(" ", command), result.exit(), result.errors()));
    }
  }
}
