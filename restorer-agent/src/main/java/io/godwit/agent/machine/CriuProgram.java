package io.godwit.agent.machine;

import io.godwit.criu.CriuVersion;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.InstalledCriu;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** CRIU as this machine has it. Asked now and then, because its check takes seconds on a device. */
public final class CriuProgram {
  private static final Duration GOOD_FOR = Duration.ofMinutes(10);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final CommandRunner commands;
  private final Clock clock;
  private Optional<Answer> last = Optional.empty();

  /**
   * What was found.
   *
   * @param version empty where there is no CRIU
   * @param unfit why it cannot restore here, in sentences
   */
  public record Findings(String version, List<String> unfit) {}

  private record Answer(Instant at, Findings findings) {}

  public CriuProgram(CommandRunner commands, Clock clock) {
    this.commands = commands;
    this.clock = clock;
  }

  /** The findings, at most ten minutes old; bad ones are looked at again at once. */
  public synchronized Findings findings() {
    Instant now = clock.instant();
    Optional<Findings> fresh =
        last.filter(answer -> answer.findings.unfit.isEmpty())
            .filter(answer -> answer.at.plus(GOOD_FOR).isAfter(now))
            .map(Answer::findings);
    if (fresh.isPresent()) {
      return fresh.get();
    }
    Findings found = look();
    last = Optional.of(new Answer(now, found));
    return found;
  }

  private Findings look() {
    CriuVersion version;
    try {
      version = InstalledCriu.version(commands);
    } catch (IOException e) {
      return new Findings("", List.of(String.valueOf(e.getMessage())));
    }
    if (!version.isEnough()) {
      return new Findings(
          version.toString(),
          List.of(
              "CRIU is version %s; at least %s is needed."
                  .formatted(version, CriuVersion.MINIMUM)));
    }
    return new Findings(version.toString(), check());
  }

  private List<String> check() {
    String failure;
    try {
      CommandRunner.Result check = commands.run(List.of("criu", "check"), PATIENCE);
      if (check.exit() == 0) {
        return List.of();
      }
      failure = lastLine(check);
    } catch (IOException e) {
      failure = String.valueOf(e.getMessage());
    }
    return List.of(
        "`criu check` fails: %s. The kernel needs CONFIG_CHECKPOINT_RESTORE and the agent must be root."
            .formatted(failure));
  }

  private static String lastLine(CommandRunner.Result result) {
    String all = (result.text() + "\n" + result.errors()).strip();
    return all.substring(all.lastIndexOf('\n') + 1);
  }
}
