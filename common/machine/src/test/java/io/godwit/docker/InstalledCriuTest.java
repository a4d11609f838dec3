package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.godwit.criu.CriuVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class InstalledCriuTest {
  @Test
  void saysItsVersion() throws IOException {
    assertEquals(
        new CriuVersion(4, 2, 1),
        InstalledCriu.version(answering(0, "Version: 4.2.1\nGitID: v4.2\n", "")));
  }

  @Test
  void oneThatDoesNotRunIsToldInItsOwnWords() {
    assertEquals(
        "CRIU does not start: libnet.so.1: cannot open. Install a CRIU that runs on this kernel.",
        why(answering(127, "", "libnet.so.1: cannot open")));
    assertEquals(
        "CRIU does not start: Version: 4.2. Install a CRIU that runs on this kernel.",
        why(answering(1, "Version: 4.2\n", "")));
    assertEquals(
        "CRIU does not start: none of yours. Install a CRIU that runs on this kernel.",
        why(answering(0, "none of yours\n", "")));
  }

  @Test
  void oneThatIsNotThereIsToBeInstalled() {
    assertEquals(
        "CRIU is missing (Cannot run program \"criu\"). Install CRIU 4.1 or newer.",
        why((_, _) -> {
          throw new IOException("Cannot run program \"criu\"");
        }));
  }

  private static String why(CommandRunner commands) {
    return String.valueOf(
        assertThrows(IOException.class, () -> InstalledCriu.version(commands)).getMessage());
  }

  private static CommandRunner answering(int exit, String text, String errors) {
    return (_, _) -> new CommandRunner.Result(exit, text.getBytes(StandardCharsets.UTF_8), errors);
  }
}
