package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.contract.Decision;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.Verdict;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Asked between the parts of the work, while nobody can have claimed: is it still wanted? */
final class GoOrNot {
  private final DecisionLog log;
  private final Gate gate;
  private final Clock clock;

  GoOrNot(DecisionLog log, Gate gate, Clock clock) {
    this.log = log;
    this.gate = gate;
    this.clock = clock;
  }

  /** The migration as Aborted when the log has an Abort. */
  Optional<Migration> aborted(Migration migration) {
    return whyAborted(log.read(migration.id())).map(why -> abort(migration, why));
  }

  /** Why it is given up, by what this machine has read of the log so far: asks no broker. */
  Optional<String> whyAborted(String migrationId) throws InterruptedException {
    return whyAborted(log.await(migrationId, 0, Duration.ZERO));
  }

  /** Enters Aborted. */
  Migration abort(Migration migration, String why) {
    return gate.enter(
        migration, new Migration.Aborted(migration.order(), migration.touched()), why);
  }

  /**
   * @throws RefusedException when the deadline has passed
   */
  void requireTime(Instant expiresAt) throws RefusedException {
    if (timeLeft(expiresAt).isZero()) {
      throw new RefusedException(
          new Refusal(
              RefusalKind.DEADLINE,
              "deadline",
              "The deadline passed before the container was frozen.",
              "Ask again with a later one."));
    }
  }

  /** Until the migration's deadline, zero when that has passed. */
  Duration timeLeft(Instant expiresAt) {
    Duration left = Duration.between(clock.instant(), expiresAt);
    return left.isNegative() ? Duration.ZERO : left;
  }

  static String words(Verdict.Aborted abort) {
    return "aborted by the %s: %s".formatted(abort.by(), abort.reason());
  }

  static String words(Verdict.Resolved resolved) {
    return "%s has resolved that it runs on the %s: %s"
        .formatted(
            resolved.by().isEmpty() ? "the operator" : resolved.by(),
            switch (resolved.ranOn()) {
              case HOST -> "host";
              case DEVICE -> "device";
              case RAN_ON_UNSPECIFIED, UNRECOGNIZED -> "(unknown)";
            },
            resolved.reason().isEmpty() ? "no reason given" : resolved.reason());
  }

  private static Optional<String> whyAborted(List<Decision> decisions) {
    return switch (Verdict.beforeAnyAttempt(decisions)) {
      case Verdict.Aborted abort -> Optional.of(words(abort));
      case Verdict.Resolved resolved -> Optional.of(words(resolved));
      case Verdict.Open _, Verdict.Claimed _, Verdict.Succeeded _, Verdict.Failed _ ->
          Optional.empty();
    };
  }
}
