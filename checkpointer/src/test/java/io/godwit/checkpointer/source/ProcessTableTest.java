package io.godwit.checkpointer.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProcessTableTest {
  private static final String ID = "0123456789abcdef".repeat(4);

  @TempDir private Path proc;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "12:memory:/docker/%s",
        "0::/system.slice/docker-%s.scope",
        "3:cpu:/mine/%s/below",
        "1:name=systemd:/docker/%s"
      })
  void findsProcessesByTheContainersCgroup(String cgroup) throws IOException {
    process(7, "S", "0::/init.scope\n" + cgroup.formatted(ID));
    assertEquals(List.of(new HostProcess(7, 70)), all().ofContainer(ID));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0::/docker/%s0", "0::/docker/0%s", "0::/user.slice", "0::/x-%s"})
  void leavesOutProcessesOfOthers(String cgroup) throws IOException {
    process(7, "S", cgroup.formatted(ID));
    assertTrue(all().ofContainer(ID).isEmpty());
  }

  @Test
  void firstProcessComesFirstThoughPidsHaveBegunAnew() throws IOException {
    process(31_000, "S", "0::/docker/" + ID, 1, 70);
    process(40, "S", "0::/docker/" + ID, 31_000, 70);
    process(20, "S", "0::/docker/" + ID, 40, 71);
    assertEquals(
        List.of(new HostProcess(31_000, 70), new HostProcess(40, 70), new HostProcess(20, 71)),
        all().ofContainer(ID));
  }

  @Test
  void leavesOutZombies() throws IOException {
    process(7, "Z", "0::/docker/" + ID);
    assertTrue(all().ofContainer(ID).isEmpty());
  }

  @Test
  void findsACommandByAllOfItsWords() throws IOException {
    process(7, "S", "0::/");
    Files.writeString(proc.resolve("7/cmdline"), "runc\0--root\0/x\0checkpoint\0" + ID + "\0");
    assertEquals(List.of(new HostProcess(7, 70)), all().commandsWith("checkpoint", ID));
    assertTrue(all().commandsWith("checkpoint", "another").isEmpty());
    assertTrue(new ProcFs(proc).runsCommandWith("checkpoint", ID));
    assertFalse(new ProcFs(proc).runsCommandWith("checkpoint", "another"));
  }

  @Test
  void everyProcessHasItsParent() throws IOException {
    process(7, "S", "0::/");
    process(8, "Z", "0::/");
    assertEquals(Map.of(new HostProcess(7, 70), 1L, new HostProcess(8, 70), 1L), all().parents());
  }

  @Test
  void processesThatEndMeanwhileAndWhatIsNoneAreLeftOut() throws IOException {
    Files.createDirectory(proc.resolve("7"));
    Files.createDirectory(proc.resolve("7a"));
    Files.createDirectory(proc.resolve("sys"));
    assertTrue(all().ofContainer(ID).isEmpty());
    assertTrue(all().commandsWith("checkpoint").isEmpty());
    assertTrue(all().parents().isEmpty());
  }

  private ProcessTable all() {
    return new ProcessTable(proc);
  }

  private void process(long pid, String state, String cgroup) throws IOException {
    process(pid, state, cgroup, 1, 70);
  }

  private void process(long pid, String state, String cgroup, long parent, long start)
      throws IOException {
    Path folder = Files.createDirectories(proc.resolve(Long.toString(pid)));
    Files.writeString(
        folder.resolve("stat"),
        "%d (a) b (c)) %s %d 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 2 0 %d 0"
            .formatted(pid, state, parent, start));
    Files.writeString(folder.resolve("cgroup"), cgroup + "\n");
    Files.writeString(folder.resolve("cmdline"), "/program\0");
  }
}
