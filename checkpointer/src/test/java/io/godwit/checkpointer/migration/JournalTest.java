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
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
  private static final String ID = "0b0e0000-0000-4000-8000-00000000000a";
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00.123Z");

  @TempDir private Path folder;

  @Test
  void givesBackEverythingThatItWasGiven() throws IOException {
    Migration migration =
        migration()
            .withExpiry(NOW.plusSeconds(900))
            .withSource(
                new Source(
                    "c1", Isa.X86_64, Isa.AARCH64, List.of(Twin.newBuilder().setMode(1).build())))
            .withPreparation(Preparation.newBuilder().setDevice("phone").build())
            .withTemplate(Template.newBuilder().setKernel("6.12").build())
            .withTouch(
                new Touch(
                    Optional.of("{\"Name\":\"always\"}"),
                    true,
                    Optional.of("cp"),
                    true,
                    Optional.of(NOW),
                    Optional.of("random:1"),
                    true))
            .withCheckpoint(Checkpoint.newBuilder().setCriuVersion("4.2.1").build())
            .withPhase(PhaseTime.newBuilder().setPhase("dump").setDurationMs(7).build())
            .withClaimSeen(NOW)
            .in(State.PREFLIGHT, NOW, "with \"quotes\",\nlines and ünïcode")
            .asSettled();
    Journal journal = new Journal(folder);
    journal.save(migration);
    assertEquals(Optional.of(migration), new Journal(folder).find(ID));
    assertEquals(List.of(migration), new Journal(folder).all());
  }

  @Test
  void requestSeenTwiceIsOneMigration() throws IOException {
    Journal journal = new Journal(folder);
    assertTrue(journal.accept(migration()));
    journal.save(migration().in(State.PREFLIGHT, NOW, "on the way"));
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
    IOException failure = assertThrows(IOException.class, journal::all);
    assertTrue(failure.getMessage().contains(entry.toString()), failure.getMessage());
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

  private static Migration migration() {
    return Migration.accepted(
        MigrationRequest.newBuilder().setMigrationId(ID).setContainer("app").build(), NOW);
  }
}
