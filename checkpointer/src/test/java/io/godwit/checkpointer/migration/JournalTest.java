package io.godwit.checkpointer.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.Checkpoint;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.PhaseTime;
import io.godwit.contract.Preparation;
import io.godwit.contract.Refusal;
import io.godwit.contract.Rehearsal;
import io.godwit.contract.Template;
import io.godwit.contract.Twin;
import io.godwit.isa.Isa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class JournalTest {
  private static final String ID = "0b0e0000-0000-4000-8000-00000000000a";
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00.123Z");

  @TempDir private Path folder;

  static Stream<Migration> everyState() {
    Order order =
        migration()
            .order()
            .with(new HistoryLine(State.PREFLIGHT, NOW, "with \"quotes\",\nlines and ünïcode"))
            .withPhase(PhaseTime.newBuilder().setPhase("dump").setDurationMs(7).build());
    Source source =
        new Source("c1", Isa.X86_64, Isa.AARCH64, List.of(Twin.newBuilder().setMode(1).build()));
    Preparation preparation = Preparation.newBuilder().setDevice("phone").build();
    Prepared prepared =
        new Prepared(
            NOW.plusSeconds(900),
            source,
            preparation,
            Template.newBuilder().setKernel("6.12").build(),
            1200);
    Standstill standstill =
        new Standstill(
            2,
            Optional.of("{\"Name\":\"always\"}"),
            true,
            true,
            Optional.of(new Standstill.Freeze(NOW, "random:1", "boot-1")),
            Optional.of(new Standstill.Dump("cp", true)));
    Checkpoint checkpoint = Checkpoint.newBuilder().setCriuVersion("4.2.1").build();
    Migration.Touched touched =
        new Migration.Touched(source, preparation, standstill, Optional.empty());
    Migration.Touched stored =
        new Migration.Touched(source, preparation, standstill, Optional.of(checkpoint));
    return Stream.of(
        new Migration.Pending(order),
        new Migration.Preflight(order, NOW.plusSeconds(900)),
        new Migration.Rehearsing(order, NOW.plusSeconds(900), source, Optional.empty()),
        new Migration.Rehearsing(order, NOW.plusSeconds(900), source, Optional.of(preparation)),
        new Migration.Freezing(order, prepared, Standstill.untouched(1)),
        new Migration.Freezing(order, prepared, standstill),
        new Migration.Freezing(order, prepared, standstill.goingOn()),
        new Migration.Frozen(order, prepared, standstill, checkpoint),
        new Migration.Claimed(order, prepared, standstill, checkpoint, NOW),
        new Migration.InDoubt(order, prepared, standstill, checkpoint),
        new Migration.Succeeded(order, prepared, standstill),
        new Migration.Failed(order, Optional.empty()),
        new Migration.Failed(order, Optional.of(touched)),
        new Migration.Aborted(order, Optional.of(touched)),
        new Migration.Aborted(order, Optional.of(stored.goingOn())),
        new Migration.SourceDown(order, touched),
        new Migration.SourceDown(order, stored),
        new Migration.RolledBack(order, Optional.of(NOW)),
        new Migration.RolledBack(order, Optional.empty()),
        new Migration.Settled(order, State.SUCCEEDED));
  }

  @ParameterizedTest
  @MethodSource("everyState")
  void givesBackEverythingThatItWasGiven(Migration migration) throws IOException {
    Journal journal = new Journal(folder);
    journal.save(migration);
    assertEquals(Optional.of(migration), new Journal(folder).find(ID));
    assertEquals(
        migration.settled() ? List.of() : List.of(migration), new Journal(folder).unsettled());
  }

  @Test
  void everyStateIsGivenBack() {
    assertEquals(
        EnumSet.allOf(State.class), everyState().map(Migration::state).collect(Collectors.toSet()));
  }

  @Test
  void anEntryThatLacksWhatItsStateHasIsDamaged() throws IOException {
    Journal journal = new Journal(folder);
    journal.accept(migration());
    Path entry = folder.resolve("migrations").resolve(ID).resolve("migration.txt");
    Files.writeString(entry, Files.readString(entry).replace("state: PENDING", "state: FROZEN"));
    IOException failure = assertThrows(IOException.class, journal::unsettled);
    assertTrue(failure.getMessage().contains("FROZEN without"), failure.getMessage());
  }

  @Test
  void requestSeenTwiceIsOneMigration() throws IOException {
    Journal journal = new Journal(folder);
    assertTrue(journal.accept(migration()));
    journal.save(new Migration.Preflight(migration().order(), NOW));
    assertFalse(journal.accept(migration()));
    assertEquals(State.PREFLIGHT, journal.find(ID).orElseThrow().state());
  }

  @Test
  void halfWrittenEntryIsNotSeen() throws IOException {
    Journal journal = new Journal(folder);
    journal.accept(migration());
    Path entry = folder.resolve("migrations").resolve(ID);
    Files.writeString(entry.resolve("migration.txt.new"), "request {");
    assertEquals(State.PENDING, journal.find(ID).orElseThrow().state());
  }

  @Test
  void fieldOfANewerVersionIsTolerated() throws IOException {
    Journal journal = new Journal(folder);
    journal.accept(migration());
    Path entry = folder.resolve("migrations").resolve(ID).resolve("migration.txt");
    Files.writeString(entry, Files.readString(entry) + "colour: \"blue\"\n");
    assertEquals(Optional.of(migration()), journal.find(ID));
  }

  @Test
  void damagedEntryIsNamedAndNotPassedOver() throws IOException {
    Journal journal = new Journal(folder);
    journal.accept(migration());
    Path entry = folder.resolve("migrations").resolve(ID).resolve("migration.txt");
    Files.writeString(entry, "request {");
    IOException failure = assertThrows(IOException.class, journal::unsettled);
    assertTrue(failure.getMessage().contains(entry.toString()), failure.getMessage());
  }

  @Test
  void aStartReadsNothingOfWhatHasEnded() throws IOException {
    Journal journal = new Journal(folder);
    journal.accept(migration());
    journal.save(settled());
    journal.end(ID);
    Path ended = folder.resolve("migrations/ended").resolve(ID).resolve("migration.txt");
    Files.writeString(ended, "nothing that could be read");
    assertEquals(List.of(), new Journal(folder).unsettled());
  }

  @Test
  void whatHasEndedIsStillKnownAndNotBegunAgain() throws IOException {
    Journal journal = new Journal(folder);
    journal.accept(migration());
    Files.writeString(journal.workFolder(ID).resolve("pages-1.img"), "can be made again");
    Files.writeString(journal.keptFile(ID, "dump.log"), "what CRIU said");
    journal.save(settled());
    journal.end(ID);
    assertEquals(Optional.of(settled()), new Journal(folder).find(ID));
    assertFalse(new Journal(folder).accept(migration()));
    Path ended = folder.resolve("migrations/ended").resolve(ID);
    assertTrue(Files.exists(ended.resolve("dump.log")));
    assertFalse(Files.exists(ended.resolve("work")));
  }

  @Test
  void whatCouldNotBePutAwayIsAtTheNextStart() throws IOException {
    Journal journal = new Journal(folder);
    journal.accept(migration());
    journal.save(settled());
    assertEquals(List.of(), new Journal(folder).unsettled());
    assertTrue(Files.exists(folder.resolve("migrations/ended").resolve(ID)));
    assertEquals(Optional.of(settled()), new Journal(folder).find(ID));
  }

  @Test
  void whatEndedLongAgoIsForgotten() throws IOException {
    Journal journal = new Journal(folder);
    journal.accept(migration());
    journal.save(settled());
    journal.end(ID);
    Path entry = folder.resolve("migrations/ended").resolve(ID).resolve("migration.txt");
    Files.setLastModifiedTime(entry, FileTime.from(NOW));
    journal.forget(NOW);
    assertTrue(journal.find(ID).isPresent());
    journal.forget(NOW.plusSeconds(1));
    assertTrue(journal.find(ID).isEmpty());
    assertFalse(Files.exists(entry.resolveSibling(".")));
  }

  private static Migration settled() {
    return new Migration.Settled(migration().order(), State.SUCCEEDED);
  }

  @Test
  void keepsTheFirstAnswerOfADevice() throws IOException {
    Journal journal = new Journal(folder);
    journal.accept(migration());
    Rehearsal first = rehearsal("Port 80 is taken.");
    journal.keepRehearsal(first);
    journal.keepRehearsal(rehearsal("No room."));
    assertEquals(Optional.of(first), new Journal(folder).rehearsal(ID));
  }

  @Test
  void idsThatCouldLeadOutOfTheFolderAreNone() throws IOException {
    assertTrue(Journal.isId(ID));
    for (String id :
        List.of("", "..", "../" + ID, ID.toUpperCase(java.util.Locale.ROOT), "1-1-1-1-1")) {
      assertFalse(Journal.isId(id), id);
      assertTrue(new Journal(folder).find(id).isEmpty());
    }
  }

  private static Rehearsal rehearsal(String reason) {
    return Rehearsal.newBuilder()
        .setMigrationId(ID)
        .setRefusal(Refusal.newBuilder().addReasons(reason))
        .build();
  }

  private static Migration.Pending migration() {
    return Migration.accepted(
        MigrationRequest.newBuilder().setMigrationId(ID).setContainer("app").build(), NOW);
  }
}
