package io.godwit.checkpointer.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.blob.Blob;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Source;
import io.godwit.checkpointer.migration.Standstill;
import io.godwit.checkpointer.migration.State;
import io.godwit.checkpointer.testing.Crash;
import io.godwit.checkpointer.testing.Device;
import io.godwit.checkpointer.testing.FakeEngine;
import io.godwit.checkpointer.testing.FakeHost;
import io.godwit.checkpointer.testing.InMemory;
import io.godwit.checkpointer.testing.Service;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.Decision;
import io.godwit.contract.Manifest;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.Preparation;
import io.godwit.contract.Resolved;
import io.godwit.contract.Resolved.RanOn;
import io.godwit.isa.Isa;
import io.godwit.messaging.Topic;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The frozen processes are gone: of which copy of its checkpoint the source is made anew. */
final class SourceDownTest {
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

  @Test
  void afterARestartOfTheEngineTheDisksCopyServes() throws Exception {
    published(() -> host.restartEngine());
    run();
    assertRestored("on this host's disk");
  }

  @Test
  void afterAPowerCutTheStoresCopyServesAndNothingOnTheDisk() throws Exception {
    published(() -> {
      host.cutPower();
      // As the disk has it whose pages were never written.
      Files.write(images().resolve("pages-1.img"), new byte[11]);
    });
    run();
    assertRestored("in the store");
  }

  @Test
  void whereTheFolderIsGoneTheStoresCopyServes() throws Exception {
    published(() -> {
      host.restartEngine();
      DurableFiles.deleteFolder(images());
    });
    run();
    assertRestored("in the store");
  }

  @Test
  void whereTheMemoryThatWentAheadIsGoneTheStoresCopyServes() throws Exception {
    published(() -> {
      host.restartEngine();
      Files.createSymbolicLink(images().resolve("parent"), Path.of("..", "ahead"));
      DurableFiles.deleteFolder(images().resolveSibling("ahead"));
    });
    run();
    assertRestored("in the store");
  }

  @Test
  void whereAnImageIsDamagedTheStoresCopyServes() throws Exception {
    published(() -> {
      host.restartEngine();
      Files.writeString(images().resolve("mm-1.img"), "nothing that CRIU wrote");
    });
    run();
    assertRestored("in the store");
  }

  @Test
  void aStoreThatIsAwayIsAskedForEver() throws Exception {
    published(() -> {
      host.cutPower();
      host.setStoreIsAway(true);
    });
    service.worker().begin(service.accept(FakeHost.request().build()));
    awaitState(State.SOURCE_DOWN);
    var then = host.clock().instant().plus(Duration.ofDays(1));
    Awaitility.await().until(() -> host.clock().instant().isAfter(then));
    assertEquals(State.SOURCE_DOWN, migration().state());
    assertFalse(migration().settled());
    assertTrue(
        service.said().getLast().contains("the store does not answer"), service.said()::toString);
    host.setStoreIsAway(false);
    Awaitility.await().until(() -> migration().settled());
    assertRestored("in the store");
  }

  @Test
  void aBlobThatIsNotWhatItsDigestSaysIsNotUsed() throws Exception {
    published(() -> {
      host.cutPower();
      host.damageBlobs();
    });
    service.worker().begin(service.accept(FakeHost.request().build()));
    awaitState(State.SOURCE_DOWN);
    assertTrue(host.engine().restoredFrom().isEmpty());
    assertTrue(service.said().getLast().contains("damaged"), service.said()::toString);
    service.worker().close();
  }

  @Test
  void whatWasNotInTheStoreWhenThePowerWentIsStartedAnewAsItsPolicySays() throws Exception {
    host.engine().setMayStartAfresh(true);
    host.setStoreIsLostAtTheDump(true);
    host.whenTheStoreIsLost(host::cutPower);
    run();
    assertEquals(State.ROLLED_BACK, migration().state(), service.said()::toString);
    assertTrue(host.engine().restoredFrom().isEmpty());
    assertNotEquals(born, host.program().random(), "it is another process");
    assertTrue(host.runs());
  }

  @Test
  void thatItRunsHereAsWasSaidInADoubtIsNoWordThatItDoes() throws Exception {
    host.log().append(resolved(1));
    host.log().append(resolved(1));
    Migration.SourceDown down = down();
    service.journal().accept(down);
    host.setStoreIsAway(true);
    service.worker().begin(down);
    var then = host.clock().instant().plus(Duration.ofDays(1));
    Awaitility.await().until(() -> host.clock().instant().isAfter(then));
    assertFalse(migration().settled(), "it was asked for before it was seen that it is down");
    host.log().append(resolved(2));
    Awaitility.await().until(() -> migration().settled());
    assertTrue(host.engine().restoredFrom().isEmpty());
  }

  /** Its frozen processes are gone, and a doubt was resolved before that was seen. */
  private Migration.SourceDown down() throws IOException {
    host.engine().setRestartPolicy("no");
    host.cutPower();
    Standstill standstill =
        Standstill.untouched(1)
            .withFreeze(new Standstill.Freeze(host.clock().instant(), "random:1", "boot-1"))
            .withDump(new Standstill.Dump("godwit-" + FakeHost.ID, true));
    Source source = new Source(FakeEngine.ID, Isa.X86_64, Isa.X86_64, List.of());
    return new Migration.SourceDown(
        Migration.accepted(FakeHost.request().build(), host.clock().instant()).order(),
        new Migration.Touched(
            source,
            Preparation.getDefaultInstance(),
            standstill,
            Optional.of(
                Checkpoint.newBuilder()
                    .setImages(
                        Manifest.newBuilder()
                            .addFiles(
                                ManifestFile.newBuilder()
                                    .setName("inventory.img")
                                    .setBlob(new Blob("a".repeat(64), 1).toRef())))
                    .build())));
  }

  private static Decision resolved(long at) {
    return Decision.newBuilder()
        .setMigrationId(FakeHost.ID)
        .setAtMs(at)
        .setResolved(Resolved.newBuilder().setRanOn(RanOn.HOST).setBy("eva"))
        .build();
  }

  @FunctionalInterface
  private interface Trouble {
    void begin() throws IOException;
  }

  /** What happens as soon as the checkpoint is published. */
  private void published(Trouble trouble) {
    host.publisher()
        .listen(record -> {
          if (record.topic() == Topic.CHECKPOINTS) {
            try {
              trouble.begin();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        });
  }

  private void run() throws IOException {
    service.worker().run(service.accept(FakeHost.request().build()));
  }

  private Path images() {
    return host.kept().resolve("work/images");
  }

  private void assertRestored(String which) throws IOException {
    assertEquals(State.ROLLED_BACK, migration().state(), service.said()::toString);
    assertTrue(
        service.said().getLast().contains("its own checkpoint " + which), service.said()::toString);
    String from = host.engine().restoredFrom().orElseThrow().toString();
    assertEquals(which.contains("store"), from.contains("/stored/"), from);
    assertEquals("pages-1.img", host.engine().restoredPages(), "as they were dumped");
    assertEquals(born, host.program().random(), "it is the same process");
    assertTrue(host.runs());
    assertFalse(host.hasCheckpoint());
    assertEquals("always", host.engine().restartPolicy());
  }

  private void awaitState(State state) {
    Awaitility.await().until(() -> migration().state() == state);
  }

  private Migration migration() throws IOException {
    return service.journal().find(FakeHost.ID).orElseThrow();
  }
}
