package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Migration;

/** RolledBack: nothing is left to do. */
final class RolledBackStep implements Step {
  private final Gate gate;

  RolledBackStep(Gate gate) {
    this.gate = gate;
  }

  @Override
  public Migration run(Migration migration) {
    return gate.settle(migration, "the container runs on host " + migration.request().getHost());
  }
}
