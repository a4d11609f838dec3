package io.godwit.checkpointer.migration;

import io.godwit.refusal.Refusal;
import java.util.List;

/** Is told what has happened, after it stands in the journal; must not throw. */
public interface MigrationObserver {
  /** A state was entered. */
  void entered(Migration migration, String message);

  /** A state was entered because the container cannot be moved. */
  default void refused(Migration migration, String message, List<Refusal> refusals) {
    entered(migration, message);
  }

  /** Somebody asked for it once more: it says where it stands; nothing has changed. */
  default void saidAgain(Migration migration) {}

  /** Nothing follows. */
  void settled(Migration migration, String message);
}
