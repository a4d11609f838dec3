package io.godwit.checkpointer.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProcFsTest {
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
    assertEquals(List.of(new HostProcess(7, 70)), new ProcFs(proc).ofContainer(ID));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0::/docker/%s0", "0::/docker/0%s", "0::/user.slice", "0::/x-%s"})
  void leavesOutProcessesOfOthers(String cgroup) throws IOException {
    process(7, "S", cgroup.formatted(ID));
    assertTrue(new ProcFs(proc).ofContainer(ID).isEmpty());
  }

  @Test
  void leavesOutZombies() throws IOException {
    process(7, "Z", "0::/docker/" + ID);
    assertTrue(new ProcFs(proc).ofContainer(ID).isEmpty());
  }

  @Test
  void nameWithParenthesesAndBlanksDoesNotShiftTheFields() throws IOException {
    process(7, "S", "0::/docker/" + ID);
    assertEquals(Optional.of(new HostProcess(7, 70)), new ProcFs(proc).find(7));
    assertEquals(2, new ProcFs(proc).threads(new HostProcess(7, 70)));
  }

  @Test
  void processThatIsGoneIsNone() throws IOException {
    assertTrue(new ProcFs(proc).find(8).isEmpty());
  }

  @Test
  void highestAddressLeavesOutTheKernelsOwnPage() throws IOException {
    process(7, "S", "0::/");
    Files.writeString(
        proc.resolve("7/maps"),
        """
        00400000-00401000 r-xp 00000000 00:00 0 /program
        7ffd0000-7fff00000000 rw-p 00000000 00:00 0 [stack]
        ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]
        """);
    assertEquals(0x7fff00000000L, new ProcFs(proc).highestAddress(new HostProcess(7, 70)));
  }

  @Test
  void findsACommandByAllOfItsWords() throws IOException {
    process(7, "S", "0::/");
    Files.writeString(proc.resolve("7/cmdline"), "runc\0--root\0/x\0checkpoint\0" + ID + "\0");
    ProcFs processes = new ProcFs(proc);
    assertTrue(processes.runsCommandWith("checkpoint", ID));
    assertFalse(processes.runsCommandWith("checkpoint", "another"));
  }

  @Test
  void readsAndWritesRealMemoryAndNoticesAnotherProcessUnderThePid() throws IOException {
    ProcFs real = new ProcFs(Path.of("/proc"));
    HostProcess self = real.find(ProcessHandle.current().pid()).orElseThrow();
    ProcMemory memory = new ProcMemory(Path.of("/proc"));
    ProcessIdentity identity = new ProcessIdentity(real, memory);
    assertEquals(identity.of(self), identity.of(self));

    HostProcess stranger = new HostProcess(self.pid(), self.startTicks() + 1);
    IOException failure = assertThrows(IOException.class, () -> memory.readLong(stranger, 4096));
    assertTrue(failure.getMessage().contains("has ended"), failure.getMessage());
  }

  private void process(long pid, String state, String cgroup) throws IOException {
    Path folder = Files.createDirectories(proc.resolve(Long.toString(pid)));
    Files.writeString(
        folder.resolve("stat"),
        "%d (a) b (c)) %s 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 2 0 70 0".formatted(pid, state));
    Files.writeString(folder.resolve("cgroup"), cgroup + "\n");
    Files.writeString(folder.resolve("cmdline"), "/program\0");
  }
}
