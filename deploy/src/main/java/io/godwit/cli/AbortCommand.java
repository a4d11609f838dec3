package io.godwit.cli;

import io.godwit.contract.AbortRequest;
import io.godwit.contract.Decision;
import io.godwit.contract.Request;
import io.godwit.contract.Resolved.RanOn;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Verdict;
import io.godwit.service.Settings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code godwit abort}: the container runs on at its source, unless a device has claimed it
 * already. The host that has it writes the Abort; what came first in the log decides.
 */
@Command(
    name = "abort",
    mixinStandardHelpOptions = true,
    description = {
      "Asks for a migration to be given up, and waits for the answer.",
      "",
      "Exit codes: 0 aborted, the source runs on; 1 too late, a device has claimed it; 2 the call's "
          + "words are off; 3 nobody has answered in time; 4 Kafka does not answer."
    })
final class AbortCommand implements Callable<Integer> {
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Clock clock = Clock.systemUTC();

  @Mixin private Connection connection = new Connection();

  @Parameters(paramLabel = "MIGRATION", description = "The migration's whole id.")
  private String migration = "";

  @Option(
      names = "--from",
      paramLabel = "HOST",
      description = "The source host (default: as for migrate).")
  private @Nullable String host;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "asked for by the operator",
      description = "Why, for the log.")
  private String reason = "";

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "60s",
      converter = Durations.class,
      description = "How long to wait for the answer (default: ${DEFAULT-VALUE}).")
  private Duration patience = Duration.ofSeconds(60);

  @Override
  public Integer call() {
    Settings settings = connection.settings();
    Optional<Known> before = Optional.ofNullable(Migrations.read(connection).byId().get(migration));
    Optional<ExitStatus> over = before.flatMap(Known::outcome);
    if (over.isPresent()) {
      System.out.printf(
          "It is at an end already: %s%n",
          before.flatMap(Known::last).map(event -> event.getMessage()).orElse(""));
      return over.get() == ExitStatus.DONE
          ? ExitStatus.NOT_MOVED.code()
          : over.get() == ExitStatus.NOT_MOVED ? ExitStatus.DONE.code() : over.get().code();
    }
    try (KafkaMessaging kafka = KafkaMessaging.of(settings);
        DecisionLog log = kafka.decisionLog()) {
      int known = log.read(migration).size();
      Request request =
          Request.newBuilder()
              .setAbort(AbortRequest.newBuilder().setMigrationId(migration).setReason(reason))
              .build();
      try {
        kafka
            .publisher()
            .publish(Topic.REQUESTS, Optional.ofNullable(host).orElseGet(settings::host), request);
        return answer(log, known).code();
      } catch (RuntimeException e) {
        System.err.printf(
            "Asked for, and then: %s. `godwit status %s` tells what came of it.%n",
            e.getMessage(), migration);
        return ExitStatus.IN_DOUBT.code();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return ExitStatus.IN_DOUBT.code();
      }
    }
  }

  private ExitStatus answer(DecisionLog log, int known) throws InterruptedException {
    Instant until = clock.instant().plus(patience);
    while (clock.instant().isBefore(until)) {
      List<Decision> decisions = log.await(migration, known, LOOK);
      if (decisions.stream().skip(known).anyMatch(AbortCommand::isOfAllAttempts)) {
        return tell(Verdict.ofLatest(decisions));
      }
    }
    System.err.printf(
        "Nobody has answered within %s. Is the checkpointer of its host running, and is --from right? What was asked for stands in the topic; `godwit status %s` tells what comes of it.%n",
        Durations.words(patience), migration);
    return ExitStatus.IN_DOUBT;
  }

  private static boolean isOfAllAttempts(Decision decision) {
    return decision.hasAbort() && !decision.getAbort().hasAttempt();
  }

  private static ExitStatus tell(Verdict verdict) {
    String words = Known.words(verdict);
    return switch (verdict) {
      case Verdict.Aborted _, Verdict.Failed _, Verdict.Open _ -> {
        System.out.printf("In time: %s.%n", words);
        yield ExitStatus.DONE;
      }
      case Verdict.Claimed _, Verdict.Succeeded _ -> {
        System.err.printf("Too late: %s.%n", words);
        yield ExitStatus.NOT_MOVED;
      }
      case Verdict.Resolved resolved -> {
        System.err.printf("Decided before: %s.%n", words);
        yield resolved.ranOn() == RanOn.DEVICE ? ExitStatus.NOT_MOVED : ExitStatus.DONE;
      }
    };
  }
}
