package io.godwit.checkpointer.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.criu.CriuVersion;
import io.godwit.docker.CommandRunner;
import io.godwit.isa.Isa;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HostFactsTest {
  private static final Path PROC = Path.of("/proc");

  @Test
  void asksTheMachine() throws IOException {
    HostFacts facts = HostFacts.ask("here", PROC, "amd64", answering(0, "Version: 4.2.1\n"));
    assertEquals(Isa.X86_64, facts.isa());
    assertTrue(Integer.bitCount(facts.pageSize()) == 1 && facts.pageSize() >= 4096);
    assertFalse(facts.cpuFeatures().isEmpty());
    assertEquals(Optional.of(new CriuVersion(4, 2, 1)), facts.criu());
  }

  @Test
  void criuThatDoesNotRunIsNone() throws IOException {
    assertTrue(HostFacts.ask("here", PROC, "amd64", answering(1, "4.2")).criu().isEmpty());
    CommandRunner missing =
        (command, atMost) -> {
          throw new IOException("No such file");
        };
    assertTrue(HostFacts.ask("here", PROC, "amd64", missing).criu().isEmpty());
  }

  @Test
  void readsCpuFeaturesOfBothIsas() {
    assertEquals(List.of("fpu", "avx2"), HostFacts.cpuFeatures("a\t: b\nflags\t\t: fpu avx2\n"));
    assertEquals(List.of("fp", "asimd"), HostFacts.cpuFeatures("Features\t: fp asimd\nx: y\n"));
  }

  private static CommandRunner answering(int exit, String text) {
    return (command, atMost) ->
        new CommandRunner.Result(exit, text.getBytes(StandardCharsets.UTF_8), "");
  }
}
