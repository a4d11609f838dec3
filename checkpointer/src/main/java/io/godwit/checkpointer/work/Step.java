package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Migration;

/** The work of one state. */
@FunctionalInterface
interface Step<M extends Migration> {
  /**
   * Does the work and enters the next state, or settles the migration.
   *
   * @throws InterruptedException when the service stops: the step is done again after the next
   *     start
   * @throws Exception when it cannot be done, with a sentence for people
   */
  Migration run(M migration) throws Exception;
}
