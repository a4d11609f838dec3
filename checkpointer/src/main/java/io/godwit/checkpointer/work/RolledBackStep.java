package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.HistoryLine;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;

/** RolledBack: nothing is left to do. */
final class RolledBackStep implements Step {
  private final Gate gate;

  RolledBackStep(Gate gate) {
    this.gate = gate;
  }

  @Override
  public Migration run(Migration migration) {
    String why =
        migration.history().stream()
            .filter(line -> line.state() == State.FAILED || line.state() == State.ABORTED)
            .map(HistoryLine::message)
            .findFirst()
            .orElse("it was not moved");
    return gate.settle(
        migration,
        "%s%nThe container runs on, on host %s, from where it stood."
            .formatted(why, migration.request().getHost()));
  }
}
