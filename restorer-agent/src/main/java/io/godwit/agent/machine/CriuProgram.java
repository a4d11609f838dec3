package io.godwit.agent.machine;

import io.godwit.docker.CommandRunner;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** CRIU as this machine has it. Asked now and then, because its check takes seconds on a device. */
public final class CriuProgram {
  private static final Duration GOOD_FOR = Duration.ofMinutes(10);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Pattern VERSION = Pattern.compile("Version: *(([0-9]+)\\.([0-9]+)\\S*)");

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
    try {
      CommandRunner.Result said = commands.run(List.of("criu", "--version"), PATIENCE);
      Matcher version = VERSION.matcher(said.text());
      if (!version.find()) {
        return new Findings(
            "",
            List.of(
                "CRIU does not start: %s. Install a CRIU that runs on this kernel."
                    .formatted(said.errors())));
      }
      String full = version.group(1);
      int major = Integer.parseInt(version.group(2));
      int minor = Integer.parseInt(version.group(3));
      if (major < 4 || (major == 4 && minor < 1)) {
        return new Findings(
            full, List.of("CRIU is version %s; at least 4.1 is needed.".formatted(full)));
      }
      CommandRunner.Result check = commands.run(List.of("criu", "check"), PATIENCE);
      if (check.exit() != 0) {
        return new Findings(
            full,
            List.of(
                "`criu check` fails: %s. The kernel needs CONFIG_CHECKPOINT_RESTORE and the agent must be root."
                    .formatted(lastLine(check))));
      }
      return new Findings(full, List.of());
    } catch (IOException e) {
      return new Findings(
          "",
          List.of("CRIU is missing (%s). Install CRIU 4.1 or newer.".formatted(e.getMessage())));
    }
  }

  private static String lastLine(CommandRunner.Result result) {
    String all = (result.text() + "\n" + result.errors()).strip();
    return all.substring(all.lastIndexOf('\n') + 1);
  }
}
