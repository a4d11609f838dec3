package io.godwit.docker;

import io.godwit.proc.MountInfo;
import io.godwit.proc.PidNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The root of a container under {@code --read-only}, after a restore. CRIU before 4.2 mounts it
 * without its flags ("mount: restore root mount flags"), so that the container could write from
 * then on. There the processes come out stopped, and go on when their root is as it was.
 */
public final class ReadOnlyRoot {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** The state comes after the name, which may hold anything (proc_pid_stat(5)). */
  private static final Pattern STOPPED = Pattern.compile(".*\\) T ", Pattern.DOTALL);

  private final CommandRunner commands;
  private final Path proc;

  /**
   * @param proc {@code /proc} but in tests
   */
  public ReadOnlyRoot(CommandRunner commands, Path proc) {
    this.commands = commands;
    this.proc = proc;
  }

  /**
   * Gives a container the folder in which CRIU puts the old root away before it leaves it, where
   * its image has none: CRIU would make one, which from 4.2 on it cannot in a root that is
   * read-only already (cr_pivot_root).
   *
   * @param container one that does not run
   */
  public static void prepare(Container container) throws IOException {
    if (container.hasReadOnlyRoot()) {
      UpperLayer.of(container).makeFolder("/tmp");
    }
  }

  /**
   * The line for CRIU's configuration at the restore; none where CRIU needs no help.
   *
   * @param container that is to be started from a checkpoint
   */
  public List<String> options(Container container) throws IOException {
    return container.hasReadOnlyRoot() && InstalledCriu.version(commands).before(4, 2)
        ? List.of("leave-stopped")
        : List.of();
  }

  /**
   * Makes it read-only where it is to be and is not, and lets the processes go on that {@link
   * #options} had stopped.
   *
   * @param container one that runs
   * @return why the container can write although it must not; empty when all is well
   */
  public Optional<String> ensure(Container container) {
    Optional<Long> pid = container.firstPid();
    if (!container.hasReadOnlyRoot() || pid.isEmpty()) {
      return Optional.empty();
    }
    Path process = proc.resolve(Long.toString(pid.get()));
    try {
      if (isReadOnly(process)) {
        goOn(process);
        return Optional.empty();
      }
      // Of this machine: the container need not have a mount program.
      CommandRunner.Result mounted =
          commands.run(
              List.of(
                  "mount",
                  "--namespace",
                  process.resolve("ns/mnt").toString(),
                  "--options",
                  "remount,bind,ro",
                  "/"),
              PATIENCE);
      if (!isReadOnly(process)) {
        return Optional.of(
            "CRIU left its root writable, against --read-only, and it could not be mounted otherwise: "
                + mounted.errors());
      }
      goOn(process);
      return Optional.empty();
    } catch (IOException e) {
      return Files.exists(process)
          ? Optional.of("It could not be seen whether its root is read-only: " + e.getMessage())
          : Optional.empty();
    }
  }

  /** All that are stopped in its PID namespace. A container with stopped ones does not move. */
  private void goOn(Path first) throws IOException {
    List<String> command = new ArrayList<>(List.of("kill", "-CONT"));
    for (Path process : PidNamespace.processesWith(first)) {
      if (isStopped(process)) {
        command.add(String.valueOf(process.getFileName()));
      }
    }
    if (command.size() > 2) {
      commands.run(command, PATIENCE);
    }
  }

  private static boolean isStopped(Path process) {
    try {
      return STOPPED
          .matcher(Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1))
          .find();
    } catch (IOException e) {
      // It has ended meanwhile.
      return false;
    }
  }

  private static boolean isReadOnly(Path process) throws IOException {
    return MountInfo.read(process.resolve("mountinfo")).stream()
        .filter(mount -> mount.point().equals("/"))
        .allMatch(MountInfo::isReadOnly);
  }
}
