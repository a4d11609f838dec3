package io.godwit.cli;

import io.godwit.contract.Decision;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.Event;
import io.godwit.contract.Resolved;
import io.godwit.contract.Resolved.RanOn;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.DeviceDirectory;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Verdict;
import java.io.Console;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code godwit resolve}: the operator's word where nobody else can say what runs. It is believed
 * by host and device alike: a wrong one loses the container or runs it twice.
 */
@Command(
    name = "resolve",
    mixinStandardHelpOptions = true,
    description = {
      "Says where a container runs when neither the log nor the machines can: shows what is known of both "
          + "sides, and writes the operator's word into the log.",
      "",
      "Exit codes: 0 written, and it counts; 2 the call's words are off, or the log has an outcome; "
          + "3 written or not, nobody can say; 4 Kafka does not answer."
    })
final class ResolveCommand implements Callable<Integer> {
  /** The words of {@code --ran-on}. */
  private enum Side {
    host(
        RanOn.HOST,
        "The host lets its container go on, and a device that comes back removes what it has started."),
    device(RanOn.DEVICE, "The host ends its frozen container: what runs on the device is the one.");

    private final RanOn ranOn;
    private final String follows;

    Side(RanOn ranOn, String follows) {
      this.ranOn = ranOn;
      this.follows = follows;
    }
  }

  private final Clock clock = Clock.systemUTC();

  @Mixin private Connection connection = new Connection();

  @Parameters(paramLabel = "MIGRATION", description = "The migration's id, or the beginning of it.")
  private String migration = "";

  @Option(
      names = "--ran-on",
      required = true,
      paramLabel = "host|device",
      description = "Where you have seen the container run, or where it is to run on.")
  private Side side = Side.host;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "the operator has looked",
      description = "How you know, for the log.")
  private String reason = "";

  @Option(names = "--yes", description = "Do not ask; needed where there is no terminal.")
  private boolean yes;

  @Override
  public Integer call() {
    Optional<Known> known = Migrations.read(connection).find(migration);
    if (known.isEmpty()) {
      return ExitStatus.USAGE.code();
    }
    try (KafkaMessaging kafka = KafkaMessaging.of(connection.settings());
        DecisionLog log = kafka.decisionLog();
        DeviceDirectory devices = kafka.deviceDirectory()) {
      return resolve(known.get(), log, devices).code();
    }
  }

  private ExitStatus resolve(Known known, DecisionLog log, DeviceDirectory devices) {
    show(known, known.last().flatMap(event -> devices.find(event.getDevice())));
    boolean down = known.isSourceDown() && side == Side.host;
    Optional<String> refusal = down ? Optional.empty() : refusal(known.verdict());
    if (refusal.isPresent()) {
      System.err.println(refusal.get());
      return ExitStatus.USAGE;
    }
    if (!yes && !confirmed()) {
      System.err.println("Nothing was written.");
      return ExitStatus.USAGE;
    }
    try {
      List<Decision> decisions = append(known.id(), log);
      return down ? takenOver() : told(Verdict.ofLatest(decisions));
    } catch (RuntimeException e) {
      System.err.printf(
          "Whether it was written is not known: %s. `godwit status %s` tells.%n",
          e.getMessage(), known.id());
      return ExitStatus.IN_DOUBT;
    }
  }

  private void show(Known known, Optional<DeviceProfile> device) {
    Progress progress = new Progress(System.out, false, ZoneId.systemDefault());
    known.events().forEach(progress::show);
    System.out.printf("The log: %s.%n", Known.words(known.verdict()));
    Verdict.latestAttempt(known.decisions())
        .ifPresent(attempt ->
            System.out.printf(
                "Its attempt: number %d, for the instance %s.%n",
                attempt.getEpoch(), attempt.getDeviceInstance()));
    known
        .last()
        .ifPresent(last ->
            System.out.printf(
                "The host %s: %s%n",
                last.getHost(),
                known.events().reversed().stream()
                    .filter(event -> event.getService().equals("checkpointer"))
                    .findFirst()
                    .map(this::lastWord)
                    .orElse("its last word is not kept")));
    System.out.println(
        device
            .map(profile ->
                "The device %s: heard of %s, instance %s%s"
                    .formatted(
                        profile.getDevice(),
                        DevicesCommand.age(clock.millis() - profile.getHeartbeatMs()),
                        profile.getInstance(),
                        DevicesCommand.isSilent(profile, clock)
                            ? ""
                            : ". It is there: it looks at what really runs and says so by itself"))
            .orElse("The device: nothing is known of it"));
  }

  private String lastWord(Event event) {
    return "said %s: %s"
        .formatted(DevicesCommand.age(clock.millis() - event.getAtMs()), event.getMessage());
  }

  /** Why the operator's word is not wanted: the log has an outcome, and the first one counts. */
  private static Optional<String> refusal(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Open _, Verdict.Claimed _ -> Optional.empty();
      case Verdict.Aborted _, Verdict.Succeeded _, Verdict.Failed _, Verdict.Resolved _ ->
          Optional.of("The log has an outcome already: %s.".formatted(Known.words(verdict)));
    };
  }

  private boolean confirmed() {
    Optional<Console> terminal = Terminal.find();
    if (terminal.isEmpty()) {
      System.err.println("There is no terminal to ask at: say --yes.");
      return false;
    }
    String answer =
        terminal
            .get()
            .readLine(
                "%s A wrong word loses the container or runs it twice. Write that it runs on the %s? [y/N] ",
                side.follows, side);
    return "y".equalsIgnoreCase(String.valueOf(answer).strip());
  }

  private List<Decision> append(String id, DecisionLog log) {
    return log.append(
        Decision.newBuilder()
            .setMigrationId(id)
            .setAtMs(clock.millis())
            .setResolved(
                Resolved.newBuilder()
                    .setRanOn(side.ranOn)
                    .setBy(System.getProperty("user.name", "operator"))
                    .setReason(reason))
            .build());
  }

  private static ExitStatus takenOver() {
    System.out.println(
        "Written. The host tries no longer to start its container, and leaves it to you.");
    return ExitStatus.DONE;
  }

  private ExitStatus told(Verdict after) {
    if (after instanceof Verdict.Resolved resolved && resolved.ranOn() == side.ranOn) {
      System.out.printf("Written. %s%n", side.follows);
      return ExitStatus.DONE;
    }
    if (after instanceof Verdict.Open) {
      System.out.printf(
          "Written. There is no claim in the log: it counts only for a host whose log has forgotten one. %s%n",
          side.follows);
      return ExitStatus.DONE;
    }
    System.err.printf("Something was decided before it: %s.%n", Known.words(after));
    return ExitStatus.USAGE;
  }
}
