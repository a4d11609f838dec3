package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;
import java.time.Clock;
import java.time.Duration;

/**
 * Pending → Preflight: the time begins to run when the work begins, not while it waits its turn.
 */
final class PendingStep implements Step {
  private final Gate gate;
  private final Clock clock;
  private final Duration standardDeadline;

  PendingStep(Gate gate, Clock clock, Duration standardDeadline) {
    this.gate = gate;
    this.clock = clock;
    this.standardDeadline = standardDeadline;
  }

  @Override
  public Migration run(Migration migration) {
    long asked = migration.request().getDeadlineMs();
    Duration deadline = asked == 0 ? standardDeadline : Duration.ofMillis(asked);
    return gate.move(
        migration.withExpiry(clock.instant().plus(deadline)),
        State.PREFLIGHT,
        "looking for anything that stands in the way; the container is not touched");
  }
}
