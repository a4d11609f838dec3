package io.godwit.checkpointer.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.testing.TestClock;
import io.godwit.contract.MigrationRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class GateTest {
  private static final String ID = "11111111-2222-3333-4444-555555555555";

  @TempDir private Path folder;
  private final List<String> observed = new ArrayList<>();
  private final TestClock clock = new TestClock();
  private Journal journal;
  private Gate gate;
  private Migration migration;

  @BeforeEach
  void begin() throws IOException {
    journal = new Journal(folder);
    gate = new Gate(journal, clock, new Recording());
    migration =
        Migration.accepted(
            MigrationRequest.newBuilder()
                .setMigrationId(ID)
                .setHost("here")
                .setContainer("app")
                .setDevice("phone")
                .build(),
            clock.instant());
    journal.accept(migration);
  }

  /** Looks into the journal at the moment when it is told. */
  private final class Recording implements MigrationObserver {
    @Override
    public void entered(Migration entered, String message) {
      observed.add(stands() + " " + message);
    }

    @Override
    public void settled(Migration settled, String message) {
      observed.add(stands() + " settled " + message);
    }

    private State stands() {
      try {
        return journal.find(ID).orElseThrow().state();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private Migration preflight() {
    return new Migration.Preflight(migration.order(), clock.instant().plusSeconds(900));
  }

  @Test
  void persistsBeforeAnybodyIsTold() {
    Migration moved = gate.enter(migration, preflight(), "looking");
    assertEquals(State.PREFLIGHT, moved.state());
    assertEquals(List.of("PREFLIGHT looking"), observed);
  }

  @Test
  void illegalTransitionFailsWithTheHistoryAndChangesNothing() throws IOException {
    Migration moved = gate.enter(migration, preflight(), "looking about");
    IllegalTransitionException failure =
        assertThrows(
            IllegalTransitionException.class,
            () ->
                gate.enter(moved, new Migration.RolledBack(moved.order(), Optional.empty()), "no"));
    assertTrue(
        failure.getMessage().contains("from PREFLIGHT to ROLLED_BACK"), failure.getMessage());
    assertTrue(failure.getMessage().contains("PENDING"), failure.getMessage());
    assertTrue(failure.getMessage().contains("looking about"), failure.getMessage());
    assertEquals(State.PREFLIGHT, journal.find(ID).orElseThrow().state());
    assertEquals(1, observed.size());
  }

  @Test
  void settledMigrationMovesNoMore() {
    Migration failed =
        gate.enter(migration, new Migration.Failed(migration.order(), Optional.empty()), "no");
    Migration settled = gate.settle(failed, "over");
    assertTrue(settled.settled());
    assertThrows(
        IllegalTransitionException.class,
        () ->
            gate.enter(settled, new Migration.RolledBack(settled.order(), Optional.empty()), "no"));
  }

  @Test
  void whatCannotBePersistedDoesNotHappen() throws IOException {
    Path entry = folder.resolve("migrations").resolve(ID);
    Files.delete(entry.resolve("migration.txt"));
    Files.delete(entry);
    Files.writeString(entry, "a file where the folder was");
    assertThrows(UncheckedIOException.class, () -> gate.enter(migration, preflight(), "looking"));
    assertTrue(observed.isEmpty());
  }

  @Test
  void noTimerResumesTheSourceAfterAClaim() {
    assertFalse(TransitionTable.after(State.CLAIMED).contains(State.ABORTED));
    assertEquals(Set.of(State.SUCCEEDED, State.FAILED), TransitionTable.after(State.IN_DOUBT));
  }

  @Test
  void onceFrozenOnlyTheLogDecides() {
    assertEquals(
        Set.of(State.CLAIMED, State.ABORTED, State.IN_DOUBT), TransitionTable.after(State.FROZEN));
  }

  @Test
  void theSourceEndsOnlyOnceItRunsOnTheDevice() {
    for (State state : State.values()) {
      assertEquals(
          state == State.CLAIMED || state == State.IN_DOUBT,
          TransitionTable.after(state).contains(State.SUCCEEDED),
          state.name());
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyStateCanBeReachedAndIsInTheJournalByItsOwnName(State state) {
    Set<State> reached = EnumSet.of(State.PENDING);
    while (true) {
      Set<State> more = EnumSet.copyOf(reached);
      reached.forEach(from -> more.addAll(TransitionTable.after(from)));
      if (more.equals(reached)) {
        break;
      }
      reached = more;
    }
    assertTrue(reached.contains(state));
    assertEquals(state, State.of(state.phase()));
    assertEquals(state.name(), state.phase().name());
  }
}
