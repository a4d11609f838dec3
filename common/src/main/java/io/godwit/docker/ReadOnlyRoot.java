package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The root of a container under {@code --read-only}, after a restore. CRIU before 4.2 mounts it
 * without its flags ("mount: restore root mount flags"), so that the container could write from
 * then on.
 */
public final class ReadOnlyRoot {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Fields of mountinfo (proc_pid_mountinfo(5)). */
  private static final int MOUNT_POINT = 4;

  private static final int OPTIONS = 5;

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
   * Makes it read-only where it is to be and is not.
   *
   * @param inspect of a container that runs
   * @return why the container can write although it must not; empty when all is well
   */
  public Optional<String> ensure(JsonNode inspect) {
    String pid = inspect.path("State").path("Pid").asText();
    if (!inspect.path("HostConfig").path("ReadonlyRootfs").asBoolean() || pid.equals("0")) {
      return Optional.empty();
    }
    Path process = proc.resolve(pid);
    try {
      if (isReadOnly(process)) {
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
      return isReadOnly(process)
          ? Optional.empty()
          : Optional.of(
              "CRIU left its root writable, against --read-only, and it could not be mounted otherwise: "
                  + mounted.errors());
    } catch (IOException e) {
      return Files.exists(process)
          ? Optional.of("It could not be seen whether its root is read-only: " + e.getMessage())
          : Optional.empty();
    }
  }

  private static boolean isReadOnly(Path process) throws IOException {
    return Files.readAllLines(process.resolve("mountinfo")).stream()
        .map(line -> line.split(" ", -1))
        .filter(fields -> fields[MOUNT_POINT].equals("/"))
        .allMatch(fields -> Arrays.asList(fields[OPTIONS].split(",", -1)).contains("ro"));
  }
}
