package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;
import io.godwit.checkpointer.preflight.RefusedException;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Asked between the parts of the work: is the migration still wanted? */
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
    return Verdict.of(log.read(migration.id())) instanceof Verdict.Aborted abort
        ? Optional.of(gate.move(migration, State.ABORTED, words(abort)))
        : Optional.empty();
  }

  /**
   * @throws RefusedException when the deadline has passed
   */
  void requireTime(Migration migration) throws RefusedException {
    if (timeLeft(migration).isZero()) {
      throw new RefusedException(
          List.of(
              "The deadline passed before the container was frozen. Ask again with a later one."));
    }
  }

  /** Until the migration's deadline, zero when that has passed. */
  Duration timeLeft(Migration migration) {
    Instant end = migration.expiresAt().orElse(Instant.MAX);
    Duration left = Duration.between(clock.instant(), end);
    return left.isNegative() ? Duration.ZERO : left;
  }

  static String words(Verdict.Aborted abort) {
    return "aborted by the %s: %s".formatted(abort.by(), abort.reason());
  }
}
