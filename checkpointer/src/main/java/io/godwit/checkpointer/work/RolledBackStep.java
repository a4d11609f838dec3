package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.HistoryLine;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;
import java.time.Duration;

/** RolledBack: nothing is left to do. */
final class RolledBackStep implements Step<Migration.RolledBack> {
  private final Gate gate;

  RolledBackStep(Gate gate) {
    this.gate = gate;
  }

  @Override
  public Migration run(Migration.RolledBack migration) {
    String why =
        migration.order().history().stream()
            .filter(line -> line.state() == State.FAILED || line.state() == State.ABORTED)
            .map(HistoryLine::message)
            .findFirst()
            .orElse("it was not moved");
    HistoryLine back = migration.order().history().getLast();
    String stood =
        migration
            .frozenAt()
            .map(at ->
                " It stood still for %d ms.".formatted(Duration.between(at, back.at()).toMillis()))
            .orElse("");
    return gate.settle(
        migration,
        "%s%nOn host %s: %s.%s"
            .formatted(why, migration.request().getHost(), back.message(), stood));
  }
}
