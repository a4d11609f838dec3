package io.godwit.agent.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.docker.CommandRunner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class CriuProgramTest {
  private int checks;

  @Test
  void aGoodOneIsFitAndNotAskedAgainAtOnce() {
    CriuProgram criu = criu("Version: 4.2.1\nGitID: v4.2\n", 0);
    assertEquals(new CriuProgram.Findings("4.2.1", List.of()), criu.findings());
    assertEquals(new CriuProgram.Findings("4.2.1", List.of()), criu.findings());
    assertEquals(1, checks);
  }

  @Test
  void anOldOneIsNamedWithWhatIsNeeded() {
    assertEquals(
        List.of("CRIU is version 3.17.1; at least 4.1 is needed."),
        criu("Version: 3.17.1\n", 0).findings().unfit());
    assertEquals(1, criu("Version: 4.0\n", 0).findings().unfit().size());
    assertEquals(0, criu("Version: 4.1\n", 0).findings().unfit().size());
    assertEquals(0, criu("Version: 10.0\n", 0).findings().unfit().size());
  }

  @Test
  void aFailedCheckIsToldInCriusWordsAndLookedAtAgain() {
    CriuProgram criu = criu("Version: 4.1.1\n", 1);
    assertTrue(
        criu.findings().unfit().getFirst().startsWith("`criu check` fails: Kernel lacks it."),
        criu.findings().unfit().getFirst());
    assertEquals(2, checks);
  }

  @Test
  void aMissingOneIsAReasonAndNoCrash() {
    CommandRunner none =
        (_, _) -> {
          throw new IOException("Cannot run program \"criu\"");
        };
    CriuProgram.Findings findings = new CriuProgram(none, fixed()).findings();
    assertEquals("", findings.version());
    assertTrue(findings.unfit().getFirst().startsWith("CRIU is missing"));
  }

  private CriuProgram criu(String version, int checkExit) {
    CommandRunner runner =
        (command, _) -> {
          if (command.contains("--version")) {
            return new CommandRunner.Result(0, version.getBytes(StandardCharsets.UTF_8), "");
          }
          checks++;
          return new CommandRunner.Result(checkExit, new byte[0], "Warn\nKernel lacks it");
        };
    return new CriuProgram(runner, fixed());
  }

  private static Clock fixed() {
    return Clock.fixed(Instant.ofEpochSecond(1_000_000), ZoneOffset.UTC);
  }
}
