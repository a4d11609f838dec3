package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.contract.Decision;
import io.godwit.messaging.DecisionLog;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Pending → Preflight: the time begins to run when the work begins, not while it waits its turn. An
 * id that has been through the log before begins nothing: its old records belong to another
 * container's move, or to this host before it lost its journal.
 */
final class PendingStep implements Step<Migration.Pending> {
  private final DecisionLog log;
  private final Gate gate;
  private final Clock clock;
  private final Duration standardDeadline;

  PendingStep(DecisionLog log, Gate gate, Clock clock, Duration standardDeadline) {
    this.log = log;
    this.gate = gate;
    this.clock = clock;
    this.standardDeadline = standardDeadline;
  }

  @Override
  public Migration run(Migration.Pending migration) {
    Optional<String> why = tooLate(migration).or(() -> usedBefore(migration));
    if (why.isPresent()) {
      return gate.enter(
          migration, new Migration.Failed(migration.order(), Optional.empty()), why.get());
    }
    long asked = migration.request().getDeadlineMs();
    Duration deadline = asked == 0 ? standardDeadline : Duration.ofMillis(asked);
    return gate.enter(
        migration,
        new Migration.Preflight(migration.order(), clock.instant().plus(deadline)),
        "looking for anything that stands in the way; the container is not touched");
  }

  private static Optional<String> tooLate(Migration.Pending migration) {
    Instant notAfter = Instant.ofEpochMilli(migration.request().getNotAfterMs());
    return migration.request().getNotAfterMs() != 0
            && migration.order().acceptedAt().isAfter(notAfter)
        ? Optional.of(
            "The request was to begin before %s and was read only now. Ask again if it is still wanted."
                .formatted(notAfter))
        : Optional.empty();
  }

  private Optional<String> usedBefore(Migration.Pending migration) {
    return log.read(migration.id()).stream().anyMatch(PendingStep::isOfAnAttempt)
        ? Optional.of(
            "The id %s was a migration's before, by the decision log. Ask again with a new one; see what became of that one with: godwit status %s"
                .formatted(migration.id(), migration.id()))
        : Optional.empty();
  }

  private static boolean isOfAnAttempt(Decision decision) {
    return switch (decision.getKindCase()) {
      case CLAIM, SUCCEEDED, FAILED -> true;
      case ABORT -> decision.getAbort().hasAttempt();
      case RESOLVED, KIND_NOT_SET -> false;
    };
  }
}
