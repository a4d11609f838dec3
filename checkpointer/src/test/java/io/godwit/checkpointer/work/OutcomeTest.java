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
import io.godwit.contract.Attempt;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.Claim;
import io.godwit.contract.Decision;
import io.godwit.contract.Failed;
import io.godwit.contract.Preparation;
import io.godwit.contract.Resolved;
import io.godwit.contract.Resolved.RanOn;
import io.godwit.contract.Succeeded;
import io.godwit.messaging.Topic;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How migrations end, on a machine that is played. */
final class OutcomeTest {
  @TempDir(factory = InMemory.class)
  private Path folder;

  @Test
  void claimWithoutOutcomeIsADoubtThatNoTimerEnds() throws Exception {
    FakeHost host = new FakeHost(folder, Device.Will.VANISH);
    Service service = host.start(new Crash(-1));
    service.worker().begin(service.accept(FakeHost.request().build()));
    Awaitility.await().until(() -> migration(service).state() == State.IN_DOUBT);
    assertTrue(service.said().getLast().contains("godwit resolve"));
    // Played time passes by itself while the log is awaited: a day without a word.
    var then = host.clock().instant().plus(Duration.ofDays(1));
    Awaitility.await().until(() -> host.clock().instant().isAfter(then));
    assertEquals(State.IN_DOUBT, migration(service).state());
    assertFalse(host.runs(), "the source was not thawed");

    host.log()
        .append(
            Decision.newBuilder()
                .setMigrationId(FakeHost.ID)
                .setFailed(
                    Failed.newBuilder()
                        .setDevice(Device.NAME)
                        .setInstance(Device.INSTANCE)
                        .setAttempt(
                            host.publisher()
                                .on(Topic.CHECKPOINTS, Checkpoint.class)
                                .getLast()
                                .getAttempt())
                        .setReason("nothing ran"))
                .build());
    Awaitility.await().until(() -> migration(service).settled());
    assertEquals(State.ROLLED_BACK, migration(service).state());
    assertTrue(host.runs());
  }

  @Test
  void everyReasonOfTheDeviceIsNamedAndTheContainerUntouched() throws IOException {
    FakeHost host = new FakeHost(folder, Device.Will.REFUSE);
    Service service = run(host);
    assertEquals(State.FAILED, migration(service).state());
    String said = service.said().getLast();
    assertTrue(said.contains("Port 80 is taken.") && said.contains("No room."), said);
    assertTrue(host.publisher().on(Topic.CHECKPOINTS, Checkpoint.class).isEmpty());
    assertEquals(1000L, host.program().pid().orElseThrow());
    // The device may drop what it prepared.
    assertTrue(host.log().read(FakeHost.ID).getFirst().hasAbort());
  }

  @Test
  void abortBeforeTheFreezeLeavesTheContainerUntouched() throws IOException {
    FakeHost host = new FakeHost(folder, Device.Will.SUCCEED);
    host.publisher()
        .listen(record -> {
          if (record.topic() == Topic.PREPARATIONS) {
            host.log().append(abort());
          }
        });
    Service service = run(host);
    assertEquals(State.ABORTED, migration(service).state());
    assertTrue(service.said().getLast().contains("aborted by the operator: enough"));
    assertEquals(1000L, host.program().pid().orElseThrow());
    assertFalse(host.device().runs());
  }

  @Test
  void programThatDoesNotParkGoesOnAndIsNamed() throws IOException {
    FakeHost host = new FakeHost(folder, Device.Will.SUCCEED);
    host.program().setDeaf(true);
    Service service = run(host);
    assertEquals(State.ROLLED_BACK, migration(service).state());
    String said = service.said().getLast();
    assertTrue(said.contains("process 1000 did not reach its migration point within 30 s"), said);
    assertEquals(1000L, host.program().pid().orElseThrow());
    assertEquals("always", host.engine().restartPolicy());
  }

  @Test
  void sourceGoesOnWhenNothingCanBeStored() throws IOException {
    FakeHost host = new FakeHost(folder, Device.Will.SUCCEED);
    long born = host.program().random();
    host.setStoreIsLostAtTheDump(true);
    Service service = run(host);
    assertEquals(State.ROLLED_BACK, migration(service).state(), service.said()::toString);
    assertEquals(born, host.program().random());
    assertTrue(host.runs());
  }

  @Test
  void anotherMachineWithTheDevicesNameDecidesNothing() throws Exception {
    FakeHost host = new FakeHost(folder, Device.Will.VANISH);
    Service service = host.start(new Crash(-1));
    service.worker().begin(service.accept(FakeHost.request().build()));
    Awaitility.await().until(() -> migration(service).state() == State.IN_DOUBT);
    host.log().append(outcome(host, "phone-2", attempt(host)));
    host.log().append(outcome(host, Device.INSTANCE, Attempt.getDefaultInstance()));
    var then = host.clock().instant().plus(Duration.ofHours(1));
    Awaitility.await().until(() -> host.clock().instant().isAfter(then));
    assertEquals(State.IN_DOUBT, migration(service).state());
    host.log().append(outcome(host, Device.INSTANCE, attempt(host)));
    Awaitility.await().until(() -> migration(service).settled());
    assertEquals(State.SUCCEEDED, migration(service).state());
  }

  @Test
  void theOperatorsWordEndsADoubt() throws Exception {
    FakeHost host = new FakeHost(folder, Device.Will.VANISH);
    Service service = host.start(new Crash(-1));
    service.worker().begin(service.accept(FakeHost.request().build()));
    Awaitility.await().until(() -> migration(service).state() == State.IN_DOUBT);
    host.log()
        .append(
            Decision.newBuilder()
                .setMigrationId(FakeHost.ID)
                .setResolved(Resolved.newBuilder().setRanOn(RanOn.HOST).setBy("eva"))
                .build());
    Awaitility.await().until(() -> migration(service).settled());
    assertEquals(State.ROLLED_BACK, migration(service).state());
    assertTrue(host.runs());
  }

  @Test
  void aLogThatHasForgottenIsADoubtAndNoAbort() throws Exception {
    FakeHost host = new FakeHost(folder, Device.Will.IGNORE);
    host.publisher()
        .listen(record -> {
          if (record.topic() == Topic.CHECKPOINTS) {
            host.log().forget();
          }
        });
    Service service = host.start(new Crash(-1));
    service.worker().begin(service.accept(FakeHost.request().build()));
    Awaitility.await().until(() -> migration(service).state() == State.IN_DOUBT);
    assertFalse(host.runs());
    assertTrue(service.said().getLast().contains("does not reach back"), service.said()::toString);
    host.log().append(outcome(host, Device.INSTANCE, attempt(host)));
    Awaitility.await().until(() -> migration(service).settled());
    assertEquals(State.SUCCEEDED, migration(service).state());
  }

  @Test
  void whoeverHoldsTheContainerThawsItWhenTheBudgetIsSpent() throws IOException {
    FakeHost host = new FakeHost(folder, Device.Will.IGNORE);
    long born = host.program().random();
    Service service = host.start(new Crash(-1));
    Instant asked = host.clock().instant();
    service.worker().run(service.accept(FakeHost.request().setFreezeBudgetMs(20_000).build()));
    assertEquals(State.ROLLED_BACK, migration(service).state(), service.said()::toString);
    assertTrue(service.said().getLast().contains("freeze budget of 20000 ms"));
    assertEquals(born, host.program().random());
    Duration passed = Duration.between(asked, host.clock().instant());
    assertTrue(passed.compareTo(Duration.ofSeconds(60)) < 0, passed::toString);
  }

  @Test
  void anIdThatWasUsedBeforeBeginsNothing() throws IOException {
    FakeHost host = new FakeHost(folder, Device.Will.SUCCEED);
    host.log()
        .append(
            Decision.newBuilder()
                .setMigrationId(FakeHost.ID)
                .setClaim(Claim.newBuilder().setDevice(Device.NAME))
                .build());
    Service service = run(host);
    assertEquals(State.FAILED, migration(service).state());
    assertTrue(service.said().getLast().contains("was a migration's before"));
    assertTrue(host.runs());
    assertFalse(host.device().runs());
  }

  @Test
  void aRequestThatComesTooLateBeginsNothing() throws IOException {
    FakeHost host = new FakeHost(folder, Device.Will.SUCCEED);
    Service service = host.start(new Crash(-1));
    long passed = host.clock().millis() - 1;
    service.worker().run(service.accept(FakeHost.request().setNotAfterMs(passed).build()));
    assertEquals(State.FAILED, migration(service).state());
    assertTrue(service.said().getLast().contains("was read only now"));
    assertTrue(host.publisher().on(Topic.PREPARATIONS, Preparation.class).isEmpty());
  }

  @Test
  void goneProcessesAreRestoredFromTheirCheckpointAndTriedForEver() throws Exception {
    FakeHost host = new FakeHost(folder, Device.Will.FAIL);
    long born = host.program().random();
    host.engine().setFreshStarts(3);
    host.publisher()
        .listen(record -> {
          if (record.topic() == Topic.CHECKPOINTS) {
            host.restartEngine();
          }
        });
    Service service = run(host);
    assertEquals(State.ROLLED_BACK, migration(service).state(), service.said()::toString);
    assertTrue(
        service.said().stream().anyMatch(said -> said.startsWith("SOURCE_DOWN")),
        service.said()::toString);
    assertEquals(born, host.program().random());
    assertTrue(host.runs());
  }

  @Test
  void whatCannotBeRestoredIsKeptUntilTheOperatorTakesItOver() throws Exception {
    FakeHost host = new FakeHost(folder, Device.Will.FAIL);
    host.engine().setFreshStarts(Integer.MAX_VALUE);
    host.publisher()
        .listen(record -> {
          if (record.topic() == Topic.CHECKPOINTS) {
            host.restartEngine();
          }
        });
    Service service = host.start(new Crash(-1));
    service.worker().begin(service.accept(FakeHost.request().build()));
    Awaitility.await().until(() -> migration(service).state() == State.SOURCE_DOWN);
    var then = host.clock().instant().plus(Duration.ofDays(1));
    Awaitility.await().until(() -> host.clock().instant().isAfter(then));
    assertEquals(State.SOURCE_DOWN, migration(service).state());
    assertFalse(migration(service).settled());
    assertTrue(host.hasCheckpoint());
    // What was started afresh is ended, each time.
    Awaitility.await().until(() -> host.program().pid().isEmpty());
    host.log()
        .append(
            Decision.newBuilder()
                .setMigrationId(FakeHost.ID)
                .setResolved(Resolved.newBuilder().setRanOn(RanOn.HOST).setBy("eva"))
                .build());
    Awaitility.await().until(() -> migration(service).settled());
    assertTrue(host.hasCheckpoint());
  }

  @Test
  void sourceIsRemovedOnlyWhenAskedTo() throws IOException {
    FakeHost host = new FakeHost(folder, Device.Will.SUCCEED);
    Service service = host.start(new Crash(-1));
    service.worker().run(service.accept(FakeHost.request().setRemoveSource(true).build()));
    assertEquals(State.SUCCEEDED, migration(service).state());
    assertFalse(host.engine().exists());
  }

  @Test
  void checkpointCarriesWhatTheConverterNeeds() throws IOException {
    FakeHost host = new FakeHost(folder, Device.Will.SUCCEED);
    run(host);
    Checkpoint checkpoint = host.publisher().on(Topic.CHECKPOINTS, Checkpoint.class).getFirst();
    Preparation preparation = host.publisher().on(Topic.PREPARATIONS, Preparation.class).getFirst();
    assertEquals(preparation.getContainer(), checkpoint.getContainer());
    assertEquals(3, checkpoint.getImages().getFilesCount());
    assertEquals("4.2.1", checkpoint.getCriuVersion());
    assertEquals("4.1.1", checkpoint.getTemplate().getCriuVersion());
    assertEquals(host.executable().toString(), checkpoint.getTwins(0).getExecutable());
    assertEquals(preparation.getExpiresAtMs(), checkpoint.getExpiresAtMs());
    assertEquals(
        List.of("preflight", "send ahead", "rehearsal", "park", "dump", "upload"),
        checkpoint.getPhasesList().stream().map(phase -> phase.getPhase()).toList());
  }

  private static Service run(FakeHost host) throws IOException {
    Service service = host.start(new Crash(-1));
    service.worker().run(service.accept(FakeHost.request().build()));
    return service;
  }

  private static Migration migration(Service service) throws IOException {
    return service.journal().find(FakeHost.ID).orElseThrow();
  }

  private static Attempt attempt(FakeHost host) {
    return host.publisher().on(Topic.CHECKPOINTS, Checkpoint.class).getLast().getAttempt();
  }

  private static Decision outcome(FakeHost host, String instance, Attempt attempt) {
    return Decision.newBuilder()
        .setMigrationId(FakeHost.ID)
        .setAtMs(host.clock().millis())
        .setSucceeded(
            Succeeded.newBuilder().setDevice(Device.NAME).setInstance(instance).setAttempt(attempt))
        .build();
  }

  private static Decision abort() {
    return Decision.newBuilder()
        .setMigrationId(FakeHost.ID)
        .setAbort(Abort.newBuilder().setBy("operator").setReason("enough"))
        .build();
  }
}
