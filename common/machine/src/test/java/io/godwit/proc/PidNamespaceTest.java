package io.godwit.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PidNamespaceTest {
  @TempDir private Path proc;

  @Test
  void processesOfOtherNamespacesAndEndedOnesAreLeftOut() throws IOException {
    process("501", "pid:[4026]");
    process("507", "pid:[4026]");
    process("777", "pid:[1]");
    Files.createDirectory(proc.resolve("800"));
    Files.createDirectory(proc.resolve("sys"));
    assertEquals(
        Set.of("501", "507"),
        PidNamespace.processesWith(proc.resolve("501")).stream()
            .map(process -> String.valueOf(process.getFileName()))
            .collect(Collectors.toSet()));
  }

  @Test
  void processThatHasEndedIsInNoNamespace() throws IOException {
    process("507", "pid:[4026]");
    assertThrows(NoSuchFileException.class, () -> PidNamespace.processesWith(proc.resolve("501")));
  }

  @Test
  void thisProcessIsInItsOwn() throws IOException {
    Path self = Path.of("/proc/self").toRealPath();
    assertTrue(PidNamespace.processesWith(self).contains(self));
  }

  @Test
  void innermostNumberIsTheLast() throws IOException {
    assertEquals(7, innermostPid("Name:\tkv\nNSpid:\t507\t44\t7\n"));
    assertEquals(507, innermostPid("NSpid:\t507\n"));
    assertEquals(
        proc.resolve("501/status") + ": expected a line NSpid:", why("Name:\tkv\nPid:\t507\n"));
    assertEquals(
        proc.resolve("501/status") + ": expected numbers, found: NSpid:\t", why("NSpid:\t\n"));
    Files.delete(proc.resolve("501/status"));
    assertThrows(NoSuchFileException.class, () -> PidNamespace.innermostPid(proc.resolve("501")));
  }

  private String why(String status) {
    return String.valueOf(assertThrows(IOException.class, () -> innermostPid(status)).getMessage());
  }

  private long innermostPid(String status) throws IOException {
    Files.createDirectories(proc.resolve("501"));
    Files.writeString(proc.resolve("501/status"), status);
    return PidNamespace.innermostPid(proc.resolve("501"));
  }

  private void process(String pid, String namespace) throws IOException {
    Files.createDirectories(proc.resolve(pid).resolve("ns"));
    Files.createSymbolicLink(proc.resolve(pid).resolve("ns/pid"), Path.of(namespace));
  }
}
