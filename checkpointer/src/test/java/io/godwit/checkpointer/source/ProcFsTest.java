package io.godwit.checkpointer.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcFsTest {
  @TempDir private Path proc;

  @Test
  void nameWithParenthesesAndBlanksDoesNotShiftTheFields() throws IOException {
    process(7);
    assertEquals(Optional.of(new HostProcess(7, 70)), new ProcFs(proc).find(7));
    assertEquals(2, new ProcFs(proc).threads(new HostProcess(7, 70)));
    assertEquals(1, new ProcFs(proc).parent(new HostProcess(7, 70)));
  }

  @Test
  void processThatIsGoneIsNone() throws IOException {
    assertTrue(new ProcFs(proc).find(8).isEmpty());
  }

  @Test
  void statThatIsNoneIsToldWithItsFile() throws IOException {
    process(7);
    Path stat = proc.resolve("7/stat");
    Files.writeString(stat, "7 (short) S 1");
    assertEquals(
        stat + " has no field 22: S 1",
        assertThrows(IOException.class, () -> new ProcFs(proc).find(7)).getMessage());
    Files.writeString(stat, "7");
    assertEquals(
        stat + " is not as expected: 7",
        assertThrows(IOException.class, () -> new ProcFs(proc).find(7)).getMessage());
  }

  @Test
  void highestAddressLeavesOutTheKernelsOwnPage() throws IOException {
    process(7);
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

  private void process(long pid) throws IOException {
    Path folder = Files.createDirectories(proc.resolve(Long.toString(pid)));
    Files.writeString(
        folder.resolve("stat"),
        "%d (a) b (c)) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 2 0 70 0".formatted(pid));
  }
}
