package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Migration;

/** The step of every state. */
public final class Steps {
  private final Step<Migration.Pending> pending;
  private final Step<Migration.Preflight> preflight;
  private final Step<Migration.Rehearsing> rehearsing;
  private final Step<Migration.Freezing> freezing;
  private final Step<Migration.Published> published;
  private final Step<Migration.GivenUp> givenUp;
  private final Step<Migration.SourceDown> sourceDown;
  private final Step<Migration.Succeeded> succeeded;
  private final Step<Migration.RolledBack> rolledBack;

  Steps(
      Step<Migration.Pending> pending,
      Step<Migration.Preflight> preflight,
      Step<Migration.Rehearsing> rehearsing,
      Step<Migration.Freezing> freezing,
      Step<Migration.Published> published,
      Step<Migration.GivenUp> givenUp,
      Step<Migration.SourceDown> sourceDown,
      Step<Migration.Succeeded> succeeded,
      Step<Migration.RolledBack> rolledBack) {
    this.pending = pending;
    this.preflight = preflight;
    this.rehearsing = rehearsing;
    this.freezing = freezing;
    this.published = published;
    this.givenUp = givenUp;
    this.sourceDown = sourceDown;
    this.succeeded = succeeded;
    this.rolledBack = rolledBack;
  }

  /** Does the work of the state that a migration is in; see {@link Step#run}. */
  Migration run(Migration migration) throws Exception {
    return switch (migration) {
      case Migration.Pending state -> pending.run(state);
      case Migration.Preflight state -> preflight.run(state);
      case Migration.Rehearsing state -> rehearsing.run(state);
      case Migration.Freezing state -> freezing.run(state);
      case Migration.Published state -> published.run(state);
      case Migration.GivenUp state -> givenUp.run(state);
      case Migration.SourceDown state -> sourceDown.run(state);
      case Migration.Succeeded state -> succeeded.run(state);
      case Migration.RolledBack state -> rolledBack.run(state);
      case Migration.Settled state -> state;
    };
  }
}
