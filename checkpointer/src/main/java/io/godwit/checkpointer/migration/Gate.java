package io.godwit.checkpointer.migration;

import io.godwit.refusal.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The only way from one state to the next: looks into the table, persists, and then tells the
 * observer; the caller acts after that. What cannot be persisted does not happen.
 */
public final class Gate {
  private static final Duration BETWEEN_FORGETTING = Duration.ofDays(1);

  private final Journal journal;
  private final AtomicReference<Instant> forgot = new AtomicReference<>(Instant.EPOCH);
  private final Clock clock;
  private final MigrationObserver observer;

  public Gate(Journal journal, Clock clock, MigrationObserver observer) {
    this.journal = journal;
    this.clock = clock;
    this.observer = observer;
  }

  /**
   * Enters a state.
   *
   * @param to the next state with what it has, its history as it was
   * @param message why, for people
   * @throws IllegalTransitionException when the table has no such transition; says the history
   * @throws UncheckedIOException when the journal cannot be written: nothing has changed then
   */
  public Migration enter(Migration from, Migration to, String message) {
    return enter(from, to, message, List.of());
  }

  /**
   * The same, where the migration does not go on.
   *
   * @param refusals what the message says, as values; empty where it says another thing
   */
  public Migration enter(Migration from, Migration to, String message, List<Refusal> refusals) {
    if (from.settled() || !TransitionTable.after(from.state()).contains(to.state())) {
      throw new IllegalTransitionException(from, to.state());
    }
    Migration entered =
        save(to.with(to.order().with(new HistoryLine(to.state(), clock.instant(), message))));
    if (refusals.isEmpty()) {
      observer.entered(entered, message);
    } else {
      observer.refused(entered, message, refusals);
    }
    return entered;
  }

  /** Persists what was found out, or what is about to be done, within a state. */
  public <M extends Migration> M note(M migration) {
    return save(migration);
  }

  /** Tells people something of a migration that goes on in the state in which it is. */
  public void tell(Migration migration, String message) {
    observer.entered(migration, message);
  }

  /** Looking through all that has ended is not each end's work. */
  private void forgetSometimes() throws IOException {
    Instant now = clock.instant();
    if (forgot.get().plus(BETWEEN_FORGETTING).isBefore(now)) {
      forgot.set(now);
      journal.forget(now.minus(Journal.KEPT));
    }
  }

  /**
   * Nothing is left to do.
   *
   * @param message what became of the container, and what there is to do for the operator
   */
  public Migration settle(Migration migration, String message) {
    Migration settled = save(new Migration.Settled(migration.order(), migration.state()));
    observer.settled(settled, message);
    try {
      journal.end(settled.id());
      forgetSometimes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return settled;
  }

  private <M extends Migration> M save(M migration) {
    try {
      journal.save(migration);
      return migration;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the journal of migration %s cannot be written: %s. Make room on, or mend, the disk of the state folder."
              .formatted(migration.id(), e.getMessage()),
          e);
    }
  }
}
