package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;
import io.godwit.contract.Abort;
import io.godwit.contract.Decision;
import io.godwit.contract.PhaseTime;
import io.godwit.contract.Succeeded;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpointed, Claimed and InDoubt: the decision log decides, and nothing else. A timeout may only
 * write an Abort, and obeys the log all the same. A broker that does not answer changes nothing:
 * both the device and this host wait for it.
 */
final class OutcomeStep implements Step {
  private static final Logger LOG = LoggerFactory.getLogger(OutcomeStep.class);
  private static final Duration GLANCE = Duration.ofSeconds(10);
  private static final Duration AFTER_A_FAILURE = Duration.ofSeconds(3);

  private final DecisionLog log;
  private final Publisher publisher;
  private final Gate gate;
  private final Clock clock;
  private final Sleeper sleeper;
  private final Duration doubt;

  OutcomeStep(
      DecisionLog log,
      Publisher publisher,
      Gate gate,
      Clock clock,
      Sleeper sleeper,
      Duration doubt) {
    this.log = log;
    this.publisher = publisher;
    this.gate = gate;
    this.clock = clock;
    this.sleeper = sleeper;
    this.doubt = doubt;
  }

  @Override
  public Migration run(Migration migration) throws InterruptedException {
    boolean published = false;
    while (true) {
      try {
        List<Decision> decisions = log.read(migration.id());
        Optional<Migration> next = next(migration, decisions);
        if (next.isPresent()) {
          return next.get();
        }
        if (migration.state() == State.CHECKPOINTED && !published) {
          // Also after a restart: converters know a migration that they have seen.
          publisher.publish(
              Topic.CHECKPOINTS, migration.id(), migration.checkpoint().orElseThrow());
          published = true;
        }
        log.await(migration.id(), decisions.size(), patience(migration));
      } catch (MessagingException e) {
        LOG.warn("the outcome is not known while Kafka does not answer: {}", e.getMessage());
        sleeper.sleep(AFTER_A_FAILURE);
      }
    }
  }

  /** The next state, or nothing while there is none to enter. */
  private Optional<Migration> next(Migration migration, List<Decision> decisions) {
    Verdict verdict = Verdict.of(decisions);
    if (verdict instanceof Verdict.Open && isOver(migration.expiresAt())) {
      verdict = Verdict.of(log.append(abort(migration)));
    }
    return switch (verdict) {
      case Verdict.Open _ -> Optional.empty();
      case Verdict.Aborted abort ->
          Optional.of(gate.move(migration, State.ABORTED, GoOrNot.words(abort)));
      case Verdict.Claimed claim -> claimed(migration, claim.device());
      case Verdict.Succeeded success ->
          Optional.of(
              migration.state() == State.CHECKPOINTED
                  ? enterClaimed(migration, migration.request().getDevice())
                  : succeeded(migration, success.decision().getSucceeded()));
      case Verdict.Resolved resolved ->
          Optional.of(gate.move(migration, State.FAILED, "resolved: " + resolved.reason()));
      case Verdict.Failed failure ->
          Optional.of(
              migration.state() == State.CHECKPOINTED
                  ? enterClaimed(migration, migration.request().getDevice())
                  : gate.move(migration, State.FAILED, words(failure.decision())));
    };
  }

  private Optional<Migration> claimed(Migration migration, String device) {
    if (migration.state() == State.CHECKPOINTED) {
      return Optional.of(enterClaimed(migration, device));
    }
    if (migration.state() == State.CLAIMED && isOver(Optional.of(doubtAt(migration)))) {
      return Optional.of(
          gate.move(
              migration,
              State.IN_DOUBT,
              "device %s has claimed the container and does not say how it ended. The source stays stopped, because the container may be running there. See that the device and its restorer-agent run: it looks at what really runs and says so. If the device is lost for good, say so with: godwit resolve"
                  .formatted(device)));
    }
    return Optional.empty();
  }

  private Migration enterClaimed(Migration migration, String device) {
    return gate.move(
        migration.withClaimSeen(clock.instant()),
        State.CLAIMED,
        "device %s has claimed the container and may start it".formatted(device));
  }

  private Migration succeeded(Migration migration, Succeeded success) {
    Migration timed = migration;
    for (PhaseTime phase : success.getPhasesList()) {
      timed = timed.withPhase(phase);
    }
    String frozen =
        migration
            .touch()
            .frozenAt()
            .map(at -> success.getRunningAtMs() - at.toEpochMilli())
            .filter(millis -> millis >= 0)
            .map("; it stood still for %d ms"::formatted)
            .orElse("");
    return gate.move(
        timed,
        State.SUCCEEDED,
        "the container runs on device %s as %s%s. %s"
            .formatted(
                success.getDevice(),
                success.getContainerId(),
                frozen,
                String.join(" ", success.getProofList())));
  }

  private static String words(Decision decision) {
    var failed = decision.getFailed();
    String log = String.join("\n", failed.getLogList());
    return "device %s could not restore the container: %s%s"
        .formatted(
            failed.getDevice(), failed.getReason(), log.isEmpty() ? "" : "\nCRIU said:\n" + log);
  }

  private Decision abort(Migration migration) {
    return Decision.newBuilder()
        .setMigrationId(migration.id())
        .setAtMs(clock.millis())
        .setAbort(
            Abort.newBuilder()
                .setBy("checkpointer")
                .setReason("nobody claimed the container before the deadline"))
        .build();
  }

  private Duration patience(Migration migration) {
    Instant until =
        switch (migration.state()) {
          case CHECKPOINTED -> migration.expiresAt().orElse(Instant.MAX);
          case CLAIMED -> doubtAt(migration);
          case PENDING,
              PREFLIGHT,
              REHEARSING,
              CHECKPOINTING,
              IN_DOUBT,
              SUCCEEDED,
              FAILED,
              ABORTED,
              ROLLED_BACK ->
              Instant.MAX;
        };
    Duration left = Duration.between(clock.instant(), until);
    return left.compareTo(GLANCE) > 0 ? GLANCE : left.isNegative() ? Duration.ZERO : left;
  }

  private Instant doubtAt(Migration migration) {
    Instant claimed = migration.claimedAt().orElse(clock.instant()).plus(doubt);
    Instant expires = migration.expiresAt().orElse(Instant.MIN);
    return claimed.isAfter(expires) ? claimed : expires;
  }

  private boolean isOver(Optional<Instant> end) {
    return end.filter(at -> !clock.instant().isBefore(at)).isPresent();
  }
}
