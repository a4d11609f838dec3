package io.godwit.checkpointer.migration;

/** Is told what has happened, after it stands in the journal; must not throw. */
public interface MigrationObserver {
  /** A state was entered. */
  void entered(Migration migration, String message);

  /** Nothing follows. */
  void settled(Migration migration, String message);
}
