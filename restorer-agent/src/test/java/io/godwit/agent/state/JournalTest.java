package io.godwit.agent.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.messaging.PoisonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalTest {
  private static final MigrationId ID = new MigrationId("01234567-89ab-cdef-0123-456789abcdef");
  @TempDir Path folder;

  @Test
  void anEntryIsThereForTheNextRun() throws IOException {
    Journal.Entry prepared = new Journal.Entry(ID, Journal.Step.PREPARED, "kv");
    Journal journal = new Journal(folder.resolve("journal"));
    journal.write(prepared);
    journal.write(prepared.at(Journal.Step.STARTING));
    Journal next = new Journal(folder.resolve("journal"));
    assertEquals(List.of(prepared.at(Journal.Step.STARTING)), next.all());
    assertEquals(Optional.of(prepared.at(Journal.Step.STARTING)), next.restoreOf(ID));
    next.remove(prepared.at(Journal.Step.STARTING));
    assertEquals(List.of(), new Journal(folder.resolve("journal")).all());
  }

  @Test
  void aRehearsalAndARestoreOfOneMigrationAreTwoEntries() throws IOException {
    Journal journal = new Journal(folder.resolve("journal"));
    Journal.Entry rehearsal =
        journal.write(new Journal.Entry(ID, Journal.Step.REHEARSING, "godwit-rehearsal"));
    assertEquals(Optional.empty(), journal.restoreOf(ID));
    journal.write(new Journal.Entry(ID, Journal.Step.PREPARED, "kv"));
    assertEquals(2, journal.all().size());
    journal.remove(rehearsal);
    assertEquals(1, journal.all().size());
  }

  @Test
  void aDamagedEntryIsNamedAndNotSkipped() throws IOException {
    Journal journal = new Journal(folder.resolve("journal"));
    Path damaged = folder.resolve("journal").resolve(ID + ".entry");
    Files.writeString(damaged, ID + "\nSOMEHOW\nkv\n");
    IOException failure = assertThrows(IOException.class, journal::all);
    assertTrue(failure.getMessage().startsWith(damaged.toString()), failure.getMessage());
  }

  @Test
  void aHalfWrittenEntryIsNotSeen() throws IOException {
    Journal journal = new Journal(folder.resolve("journal"));
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
    StateFolder state = new StateFolder(folder.resolve("state"));
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
