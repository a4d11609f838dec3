package io.godwit.checkpointer.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.docker.Container;
import io.godwit.refusal.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OwnMountsTest {
  private static final String INSPECT =
      """
      {"Id": "c1", "Name": "/app",
       "GraphDriver": {"Name": "overlay2", "Data": {"UpperDir": "%s", "LowerDir": ""}},
       "Mounts": [{"Type": "volume", "Destination": "/var/run/data"}],
       "HostConfig": {"Tmpfs": {"/scratch": "size=8m"},
                      "Mounts": [{"Type": "tmpfs", "Target": "/with blank"}]}}
      """;

  @TempDir private Path folder;

  @Test
  void whatTheEngineMountsIsNotTheContainersOwn() throws IOException {
    // Where a volume's path goes through a link, the kernel names what that leads to.
    Files.createDirectories(folder.resolve("upper/var"));
    Files.createSymbolicLink(folder.resolve("upper/var/run"), Path.of("/run"));
    assertTrue(
        reasons(
                "/",
                "/proc",
                "/proc/acpi",
                "/sys/fs/cgroup",
                "/dev/shm",
                "/etc/hosts",
                "/sbin/docker-init",
                "/run/data",
                "/scratch",
                "/with\\040blank")
            .isEmpty());
  }

  @Test
  void everyOtherMountIsRefusedByItsPath() throws IOException {
    List<String> reasons = reasons("/", "/mnt/b", "/mnt/a", "/devices");
    assertEquals(3, reasons.size());
    assertTrue(reasons.get(0).contains("a mount at /devices"), reasons.get(0));
    assertTrue(reasons.get(1).contains("a mount at /mnt/a"), reasons.get(1));
  }

  private List<String> reasons(String... points) throws IOException {
    StringBuilder table = new StringBuilder();
    for (String point : points) {
      table.append("30 20 0:5 / %s rw - tmpfs tmpfs rw\n".formatted(point));
    }
    Files.createDirectories(folder.resolve("upper"));
    Files.createDirectories(folder.resolve("proc/7"));
    Files.writeString(folder.resolve("proc/7/mountinfo"), table);
    List<Refusal> refusals = new ArrayList<>();
    new OwnMounts(new ProcFs(folder.resolve("proc")))
        .check(
            Container.parse(INSPECT.formatted(folder.resolve("upper"))),
            new HostProcess(7, 1),
            refusals);
    return refusals.stream().map(Refusal::words).toList();
  }
}
