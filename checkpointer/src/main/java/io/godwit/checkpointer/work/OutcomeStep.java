package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Migration.Claimed;
import io.godwit.checkpointer.migration.Migration.Frozen;
import io.godwit.checkpointer.migration.Migration.InDoubt;
import io.godwit.checkpointer.migration.Migration.Published;
import io.godwit.checkpointer.migration.Order;
import io.godwit.contract.Abort;
import io.godwit.contract.Attempt;
import io.godwit.contract.Decision;
import io.godwit.contract.PhaseTime;
import io.godwit.contract.Resolved.RanOn;
import io.godwit.contract.Succeeded;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.LogPosition;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Verdict;
import io.godwit.messaging.Verdict.Memory;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frozen, Claimed and InDoubt: the decision log decides, and nothing else. A timer may only write
 * an Abort, and obeys the log all the same. A broker that does not answer changes nothing: both the
 * device and this host wait for it. A log that has forgotten is no log that says nothing: it leaves
 * the migration in doubt.
 */
final class OutcomeStep implements Step<Migration.Published> {
  private static final Logger LOG = LoggerFactory.getLogger(OutcomeStep.class);
  private static final Duration GLANCE = Duration.ofSeconds(10);
  private static final Duration AFTER_A_FAILURE = Duration.ofSeconds(1);

  private final DecisionLog log;
  private final SourceUndo undo;
  private final Publisher publisher;
  private final Gate gate;
  private final Clock clock;
  private final Sleeper sleeper;
  private final Duration doubt;

  /**
   * @param doubt after a Claim, until a missing outcome is called a doubt
   */
  OutcomeStep(
      DecisionLog log,
      SourceUndo undo,
      Publisher publisher,
      Gate gate,
      Clock clock,
      Sleeper sleeper,
      Duration doubt) {
    this.log = log;
    this.undo = undo;
    this.publisher = publisher;
    this.gate = gate;
    this.clock = clock;
    this.sleeper = sleeper;
    this.doubt = doubt;
  }

  /** What the log says, and whether it can know. */
  private record Said(Verdict verdict, Memory memory, int records) {}

  @Override
  public Migration run(Published migration) throws InterruptedException {
    boolean published = false;
    while (true) {
      try {
        Said said = said(migration, log.read(migration.id()));
        Optional<Migration> next = next(migration, said);
        if (next.isPresent()) {
          return next.get();
        }
        if (migration instanceof Frozen frozen && !published) {
          if (goesOn(frozen)) {
            // Thawed by a run that stopped before it could say so: nobody may claim it any more.
            log.append(abort(frozen, "the source goes on already"));
            continue;
          }
          // Also after a restart: converters know a migration that they have seen.
          publisher.publish(Topic.CHECKPOINTS, migration.id(), frozen.checkpoint());
          published = true;
        }
        log.await(migration.id(), said.records(), patience(migration));
      } catch (MessagingException e) {
        LOG.warn("the outcome is not known while Kafka does not answer: {}", e.getMessage());
        sleeper.sleep(AFTER_A_FAILURE);
      }
    }
  }

  /** Asked after the records were read: a log that was cut off in between has forgotten. */
  private Said said(Published migration, List<Decision> decisions) {
    Attempt attempt = migration.checkpoint().getAttempt();
    LogPosition from = new LogPosition(attempt.getLogTopicId(), attempt.getLogOffset());
    Memory memory = log.reachesBackTo(from) ? Memory.WHOLE : Memory.FORGOTTEN;
    return new Said(Verdict.of(decisions, attempt, memory), memory, decisions.size());
  }

  /** The next state, or nothing while there is none to enter. */
  private Optional<Migration> next(Published migration, Said said) throws InterruptedException {
    return switch (migration) {
      case Frozen frozen -> frozen(frozen, isOver(frozen, said) ? aborted(frozen) : said);
      case Claimed claimed -> claimed(claimed, said.verdict());
      case InDoubt doubtful -> ended(doubtful, said.verdict());
    };
  }

  private boolean isOver(Frozen frozen, Said said) {
    return said.verdict() instanceof Verdict.Open
        && said.memory() == Memory.WHOLE
        && !clock.instant().isBefore(endOf(frozen));
  }

  /** Whether the source runs on, which nobody may restore then. */
  private boolean goesOn(Frozen frozen) throws InterruptedException {
    try {
      return undo.goesOn(frozen.prepared().source().containerId(), frozen.standstill());
    } catch (IOException e) {
      throw new MessagingException("the Engine does not say whether the source stands still", e);
    }
  }

  /** What the log says once an Abort stands in it, which need not be that it came first. */
  private Said aborted(Frozen frozen) {
    return said(
        frozen,
        log.append(
            abort(
                frozen,
                "nobody claimed the container within its freeze budget of %d ms and before its deadline"
                    .formatted(frozen.order().freezeBudget().toMillis()))));
  }

  private Optional<Migration> frozen(Frozen frozen, Said said) throws InterruptedException {
    return switch (said.verdict()) {
      case Verdict.Open _ when said.memory() == Memory.WHOLE -> Optional.empty();
      case Verdict.Open _ ->
          Optional.of(
              inDoubt(
                  frozen,
                  "the decision log does not reach back to where this migration stands: its topic was made anew, or cut off. A claim may have been lost with it, so the source stays frozen."));
      case Verdict.Aborted abort -> Optional.of(aborted(frozen, GoOrNot.words(abort)));
      case Verdict.Resolved resolved when resolved.ranOn() == RanOn.HOST ->
          Optional.of(aborted(frozen, GoOrNot.words(resolved)));
      case Verdict.Claimed _, Verdict.Succeeded _, Verdict.Failed _, Verdict.Resolved _ ->
          Optional.of(
              gate.enter(
                  frozen,
                  new Claimed(
                      frozen.order(),
                      frozen.prepared(),
                      frozen.standstill(),
                      frozen.checkpoint(),
                      clock.instant()),
                  "device %s has claimed the container and may start it"
                      .formatted(frozen.request().getDevice())));
    };
  }

  private Migration aborted(Frozen frozen, String words) throws InterruptedException {
    return undo.givenUp(frozen, touched -> new Migration.Aborted(frozen.order(), touched), words);
  }

  private Migration failed(Published migration, String words) throws InterruptedException {
    return undo.givenUp(
        migration, touched -> new Migration.Failed(migration.order(), touched), words);
  }

  private Optional<Migration> claimed(Claimed claimed, Verdict verdict)
      throws InterruptedException {
    Optional<Migration> ended = ended(claimed, verdict);
    if (ended.isPresent() || clock.instant().isBefore(claimed.at().plus(doubt))) {
      return ended;
    }
    return Optional.of(
        inDoubt(
            claimed,
            "device %s has claimed the container and does not say how it ended. The source stays frozen, because the container may be running there. See that the device and its restorer-agent run: it looks at what really runs and says so."
                .formatted(claimed.request().getDevice())));
  }

  /** By the word of who claimed, or the operator's. */
  private Optional<Migration> ended(Published migration, Verdict verdict)
      throws InterruptedException {
    return switch (verdict) {
      case Verdict.Open _, Verdict.Claimed _, Verdict.Aborted _ -> Optional.empty();
      case Verdict.Succeeded success ->
          Optional.of(succeeded(migration, success.decision().getSucceeded()));
      case Verdict.Failed failure -> Optional.of(failed(migration, words(failure.decision())));
      case Verdict.Resolved resolved ->
          Optional.of(
              resolved.ranOn() == RanOn.DEVICE
                  ? gate.enter(
                      migration,
                      new Migration.Succeeded(
                          migration.order(), migration.prepared(), migration.standstill()),
                      GoOrNot.words(resolved))
                  : failed(migration, GoOrNot.words(resolved)));
    };
  }

  private Migration inDoubt(Published migration, String why) {
    return gate.enter(
        migration,
        new InDoubt(
            migration.order(),
            migration.prepared(),
            migration.standstill(),
            migration.checkpoint()),
        why
            + " If nobody can say, look at both and end it with: godwit resolve %s --ran-on host|device"
                .formatted(migration.id()));
  }

  private Migration succeeded(Published migration, Succeeded success) {
    Order timed = migration.order();
    for (PhaseTime phase : success.getPhasesList()) {
      timed = timed.withPhase(phase);
    }
    String frozen =
        migration
            .standstill()
            .freeze()
            .map(freeze -> success.getRunningAtMs() - freeze.at().toEpochMilli())
            .filter(millis -> millis >= 0)
            .map(millis ->
                "; it stood still for %d ms, and %d were predicted"
                    .formatted(millis, migration.prepared().forecastMs()))
            .orElse("");
    return gate.enter(
        migration,
        new Migration.Succeeded(timed, migration.prepared(), migration.standstill()),
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

  private Decision abort(Frozen frozen, String why) {
    return Decision.newBuilder()
        .setMigrationId(frozen.id())
        .setAtMs(clock.millis())
        .setAbort(
            Abort.newBuilder()
                .setBy("checkpointer")
                .setReason(why)
                .setAttempt(frozen.checkpoint().getAttempt()))
        .build();
  }

  private static Instant endOf(Frozen frozen) {
    Instant deadline = frozen.prepared().expiresAt();
    Instant budget = Instant.ofEpochMilli(frozen.checkpoint().getFreezeEndsAtMs());
    return budget.isBefore(deadline) ? budget : deadline;
  }

  private Duration patience(Published migration) {
    Instant until =
        switch (migration) {
          case Frozen frozen -> endOf(frozen);
          case Claimed claimed -> claimed.at().plus(doubt);
          case InDoubt _ -> Instant.MAX;
        };
    Duration left = Duration.between(clock.instant(), until);
    return left.compareTo(GLANCE) > 0 ? GLANCE : left.isNegative() ? Duration.ZERO : left;
  }
}
