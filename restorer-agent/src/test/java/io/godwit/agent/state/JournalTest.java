package io.godwit.agent.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.Attempt;
import io.godwit.messaging.PoisonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalTest {
  private static final MigrationId ID = new MigrationId("01234567-89ab-cdef-0123-456789abcdef");
  private static final Boot BOOT = new Boot("boot-1", Instant.EPOCH);
  private static final Attempt ATTEMPT =
      Attempt.newBuilder().setEpoch(2).setDeviceInstance("i").setLogOffset(7).build();
  @TempDir Path folder;

  private Journal journal() throws IOException {
    return new Journal(folder.resolve("journal"), BOOT);
  }

  @Test
  void anEntryIsThereForTheNextRunWithItsAttemptAndTheMachinesRun() throws IOException {
    Journal journal = journal();
    Journal.Entry prepared =
        journal.write(Journal.Entry.restore(ID, Journal.Step.PREPARED, "kv", ATTEMPT));
    assertEquals("boot-1", prepared.boot());
    Journal.Entry starting = journal.write(prepared.at(Journal.Step.STARTING));
    Journal next = journal();
    assertEquals(List.of(starting), next.all());
    assertEquals(Optional.of(starting), next.restoreOf(ID));
    assertEquals(ATTEMPT, next.all().getFirst().attempt());
    next.remove(starting);
    assertEquals(List.of(), journal().all());
  }

  @Test
  void anEntryOfAnAgentThatKnewNoAttemptsIsRead() throws IOException {
    Journal journal = journal();
    Files.writeString(folder.resolve("journal").resolve(ID + ".entry"), ID + "\nSTARTING\nkv\n");
    assertEquals(
        List.of(
            Journal.Entry.restore(ID, Journal.Step.STARTING, "kv", Attempt.getDefaultInstance())),
        journal.all());
  }

  @Test
  void whatWaitsHasANoteOfItsOwnWithItsMark() throws IOException {
    Journal journal = journal();
    Attempt mark = Attempt.newBuilder().setWaiting("run-7").build();
    Journal.Entry waiting = journal.write(Journal.Entry.waiting(ID, "kv", mark));
    assertEquals(Optional.empty(), journal.restoreOf(ID));
    assertEquals(Optional.of(waiting), journal().waitingOf(ID));
    journal.write(Journal.Entry.restore(ID, Journal.Step.PREPARED, "kv", ATTEMPT));
    journal.remove(waiting);
    assertEquals(Optional.empty(), journal.waitingOf(ID));
    assertTrue(journal.restoreOf(ID).isPresent());
  }

  @Test
  void aRehearsalAndARestoreOfOneMigrationAreTwoEntries() throws IOException {
    Journal journal = journal();
    Journal.Entry rehearsal = journal.write(Journal.Entry.rehearsal(ID, "godwit-rehearsal"));
    assertEquals(Optional.empty(), journal.restoreOf(ID));
    journal.write(Journal.Entry.restore(ID, Journal.Step.PREPARED, "kv", ATTEMPT));
    assertEquals(2, journal.all().size());
    journal.remove(rehearsal);
    assertEquals(1, journal.all().size());
  }

  @Test
  void aMarkOfAnotherRunOfTheMachineDoesNotStand() throws IOException {
    StateFolder state = new StateFolder(folder.resolve("state"), BOOT);
    Path mark = state.staging(ID).resolve("unpacked");
    assertFalse(state.isMarked(mark));
    state.mark(mark);
    assertTrue(state.isMarked(mark));
    Boot next = new Boot("boot-2", Instant.EPOCH);
    assertFalse(new StateFolder(folder.resolve("state"), next).isMarked(mark));
  }

  @Test
  void theInstanceIsMadeOnceAndTheRunEachTime() throws IOException {
    StateFolder state = new StateFolder(folder.resolve("state"), BOOT);
    Self first = Self.begin("phone", state);
    Self second = Self.begin("telephone", state);
    assertEquals(first.instance(), second.instance());
    assertEquals("telephone", second.device());
    assertEquals(first.run(), second.runBefore());
    assertFalse(first.run().equals(second.run()));
    Files.writeString(folder.resolve("state/instance"), "mine");
    assertThrows(IOException.class, () -> Self.begin("phone", state));
  }

  @Test
  void aDamagedEntryIsNamedAndNotSkipped() throws IOException {
    Journal journal = journal();
    Path damaged = folder.resolve("journal").resolve(ID + ".entry");
    Files.writeString(damaged, ID + "\nSOMEHOW\nkv\n");
    IOException failure = assertThrows(IOException.class, journal::all);
    assertTrue(failure.getMessage().startsWith(damaged.toString()), failure.getMessage());
  }

  @Test
  void aHalfWrittenEntryIsNotSeen() throws IOException {
    Journal journal = journal();
    Files.writeString(folder.resolve("journal").resolve(ID + ".entry.new"), "0123");
    assertEquals(List.of(), journal.all());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "../x",
        "01234567-89AB-cdef-0123-456789abcdef",
        "01234567-89ab-cdef-0123-456789abcdef/"
      })
  void whatIsNoIdNeverBecomesAPath(String id) {
    assertThrows(PoisonException.class, () -> MigrationId.ofRecord(id));
    assertThrows(IllegalArgumentException.class, () -> new MigrationId(id));
  }

  @Test
  void onlyRootLooksIntoTheStateFolderAndForgettingLeavesOthers() throws IOException {
    StateFolder state = new StateFolder(folder.resolve("state"), BOOT);
    assertEquals(
        "[OWNER_EXECUTE, OWNER_READ, OWNER_WRITE]",
        Files.getPosixFilePermissions(folder.resolve("state")).stream()
            .map(Enum::name)
            .sorted()
            .toList()
            .toString());
    MigrationId other = new MigrationId("11234567-89ab-cdef-0123-456789abcdef");
    Files.createSymbolicLink(state.staging(ID).resolve("link"), folder);
    state.staging(other);
    state.forget(ID);
    state.forget(ID);
    assertEquals(List.of(other), state.staged());
    assertTrue(Files.exists(folder.resolve("state")));
  }
}
