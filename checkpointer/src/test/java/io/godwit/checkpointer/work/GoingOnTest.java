package io.godwit.checkpointer.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;
import io.godwit.checkpointer.testing.Crash;
import io.godwit.checkpointer.testing.Device;
import io.godwit.checkpointer.testing.FakeHost;
import io.godwit.checkpointer.testing.InMemory;
import io.godwit.checkpointer.testing.Service;
import io.godwit.contract.Abort;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.Decision;
import io.godwit.messaging.Topic;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A published checkpoint was aborted: nobody claims it any more, and nothing may hold the source.
 */
final class GoingOnTest {
  private static final Duration AT_ONCE = Duration.ofSeconds(2);

  @TempDir(factory = InMemory.class)
  private Path folder;

  private FakeHost host;
  private Service service;
  private long born;

  @BeforeEach
  void begin() throws IOException {
    host = new FakeHost(folder, Device.Will.IGNORE);
    born = host.program().random();
    service = host.start(new Crash(-1));
  }

  /** What it writes still, it writes before its folder is removed. */
  @AfterEach
  void end() {
    service.worker().close();
  }

  @Test
  void anEngineThatHangsDoesNotHoldTheSource() throws Exception {
    frozen(() -> host.engine().setHangs(true));
    Awaitility.await().atMost(AT_ONCE).until(host::runs);
    host.engine().setHangs(false);
    assertRolledBack();
  }

  @Test
  void aDiskThatIsFullDoesNotHoldTheSource() throws Exception {
    Path full = host.kept().resolve("migration.txt.new");
    frozen(() -> folder(full));
    Awaitility.await().atMost(AT_ONCE).until(host::runs);
    assertEquals(State.FROZEN, migration().state(), "as the journal still has it");
    Files.delete(full);
    assertRolledBack();
  }

  @Test
  void aDiskThatHangsDoesNotHoldTheSource() throws Exception {
    Path hung = host.kept().resolve("migration.txt.new");
    frozen(() -> pipe(hung));
    Awaitility.await().atMost(AT_ONCE).until(host::runs);
    // Who opens it for writing gets on when somebody opens it for reading.
    try (InputStream open = Files.newInputStream(hung)) {
      Files.delete(hung);
    }
    assertRolledBack();
  }

  @Test
  void anEngineAndADiskThatHangTogetherDoNotHoldTheSource() throws Exception {
    Path full = host.kept().resolve("migration.txt.new");
    frozen(() -> {
      host.engine().setHangs(true);
      folder(full);
    });
    Awaitility.await().atMost(AT_ONCE).until(host::runs);
    Files.delete(full);
    host.engine().setHangs(false);
    assertRolledBack();
  }

  @Test
  void nothingHoldsItEitherWhenItsCheckpointCannotBeStored() throws Exception {
    Path full = host.kept().resolve("migration.txt.new");
    host.setStoreIsLostAtTheDump(true);
    host.whenTheStoreIsLost(() -> {
      host.engine().setHangs(true);
      folder(full);
    });
    service.worker().begin(service.accept(FakeHost.request().build()));
    Awaitility.await().until(() -> Files.exists(full));
    Awaitility.await().atMost(AT_ONCE).until(host::runs);
    Files.delete(full);
    host.engine().setHangs(false);
    assertRolledBack();
  }

  @Test
  void aSourceThatRunsIsNeverRestoredThoughItsThawWasNotNoted() throws Exception {
    Path full = host.kept().resolve("migration.txt.new");
    frozen(() -> folder(full));
    Awaitility.await().atMost(AT_ONCE).until(host::runs);
    service.worker().close();
    // A moment for who still tries to write the note.
    Awaitility.await().pollDelay(Duration.ofMillis(200)).until(() -> true);
    Files.delete(full);
    Migration left = migration();
    assertEquals(State.FROZEN, left.state(), "nothing of its thaw stands in the journal");
    assertTrue(left.touched().orElseThrow().standstill().hasDump());

    service = host.start(new Crash(-1));
    service.worker().run(left);
    assertRolledBack();
    assertTrue(host.engine().restoredFrom().isEmpty());
    assertEquals(1, published());
  }

  @Test
  void goingOnStandsInTheJournalBeforeItIsDone() throws Exception {
    frozen(() -> host.engine().setHangs(true));
    Awaitility.await().until(() -> migration().state() == State.ABORTED);
    assertFalse(migration().touched().orElseThrow().standstill().hasDump());
    assertTrue(migration().touched().orElseThrow().stored().isEmpty());
    host.engine().setHangs(false);
    assertRolledBack();
  }

  @FunctionalInterface
  private interface Trouble {
    void begin();
  }

  /** As soon as its checkpoint is published there is trouble, and an abort. */
  private void frozen(Trouble trouble) throws Exception {
    host.publisher()
        .listen(record -> {
          if (record.topic() == Topic.CHECKPOINTS) {
            assertFalse(host.runs());
            trouble.begin();
            host.log().append(abort());
          }
        });
    service.worker().begin(service.accept(FakeHost.request().build()));
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> published() > 0);
  }

  private int published() {
    return host.publisher().on(Topic.CHECKPOINTS, Checkpoint.class).size();
  }

  private void assertRolledBack() throws IOException {
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> migration().settled());
    assertEquals(State.ROLLED_BACK, migration().state(), service.said()::toString);
    assertEquals(born, host.program().random(), "it is the same process");
    assertTrue(host.runs());
    assertEquals("always", host.engine().restartPolicy());
  }

  private Migration migration() throws IOException {
    return service.journal().find(FakeHost.ID).orElseThrow();
  }

  /** Nobody can write a file there. */
  private static void folder(Path place) {
    try {
      Files.createDirectory(place);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Who writes to it waits for a reader. */
  private static void pipe(Path place) {
    try {
      assertEquals(0, new ProcessBuilder("mkfifo", place.toString()).start().waitFor());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Decision abort() {
    return Decision.newBuilder()
        .setMigrationId(FakeHost.ID)
        .setAbort(Abort.newBuilder().setBy("operator").setReason("enough"))
        .build();
  }
}
