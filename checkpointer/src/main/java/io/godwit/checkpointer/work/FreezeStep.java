package io.godwit.checkpointer.work;

import com.google.protobuf.ByteString;
import io.godwit.blob.Digests;
import io.godwit.checkpointer.freeze.CheckpointFolder;
import io.godwit.checkpointer.freeze.Dumper;
import io.godwit.checkpointer.freeze.SourceControl;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Source;
import io.godwit.checkpointer.migration.Standstill;
import io.godwit.checkpointer.preflight.DeviceChecks;
import io.godwit.checkpointer.preflight.Preflight;
import io.godwit.contract.Attempt;
import io.godwit.contract.Checkpoint;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.RestartPolicy;
import io.godwit.docker.SharedMemory;
import io.godwit.docker.Tcp;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.LogPosition;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/**
 * Freezing → Frozen, on a thread that {@link FreezeGuard} watches. Restart policy to {@code no}
 * (dockerd would start a second copy), every process to its migration point where the ISA changes,
 * pause, dump, upload. Each is noted before it is done. Leaves everything as it is when it fails;
 * undoing is {@link SourceUndo}'s.
 */
final class FreezeStep {
  /** CRIU's log of the dump, kept in the migration's folder. */
  static final String LOG = "dump.log";

  private final Checks checks;
  private final Hands hands;
  private final CheckpointUploader uploader;
  private final DecisionLog log;
  private final Journal journal;
  private final Clock clock;

  /** What is asked once more before anything is touched. */
  record Checks(Preflight preflight, DeviceChecks devices, GoOrNot goOrNot) {}

  /** What the source is touched with. */
  record Hands(
      DockerEngine engine,
      SourceControl control,
      Dumper dumper,
      Parking parking,
      SharedMemory sharedMemory) {}

  FreezeStep(
      Checks checks,
      Hands hands,
      CheckpointUploader uploader,
      DecisionLog log,
      Journal journal,
      Clock clock) {
    this.checks = checks;
    this.hands = hands;
    this.uploader = uploader;
    this.log = log;
    this.journal = journal;
    this.clock = clock;
  }

  /**
   * Freezes, dumps and uploads; goes on with a dump that an earlier run has completed.
   *
   * @return the migration as Frozen; not published yet
   */
  Migration run(Lease lease) throws Exception {
    Migration.Freezing migration = lease.current();
    String id = migration.prepared().source().containerId();
    String checkpoint = checkpoint(migration);
    CheckpointFolder folder = folder(migration, id, checkpoint);
    if (!migration.standstill().hasDump()) {
      requireWanted(migration);
      migration = frozen(lease, id, checkpoint, folder);
    }
    CheckpointUploader.Uploaded uploaded = uploader.upload(migration, folder);
    Migration.Frozen next =
        new Migration.Frozen(
            uploaded.order(),
            migration.prepared(),
            migration.standstill(),
            withAttempt(migration, uploaded.checkpoint()));
    return lease.enter(
        next,
        "the container stands frozen, everything is uploaded; now it is converted for "
            + migration.request().getDevice());
  }

  /** The name of a migration's checkpoint at the Engine. */
  static String checkpoint(Migration migration) {
    return "godwit-" + migration.id();
  }

  /** The two places of a checkpoint of this migration. */
  CheckpointFolder folder(Migration migration, String containerId, String checkpoint)
      throws IOException {
    return CheckpointFolder.of(
        hands.engine, containerId, checkpoint, journal.workFolder(migration.id()));
  }

  private void requireWanted(Migration.Freezing migration) throws Exception {
    checks.goOrNot.requireTime(migration.prepared().expiresAt());
    List<Refusal> refusals = checks.devices.alive(migration.request().getDevice());
    if (!refusals.isEmpty()) {
      throw new RefusedException(refusals);
    }
    checks.preflight.examineAgain(migration.request(), migration.prepared().source().containerId());
  }

  private Migration.Freezing frozen(
      Lease lease, String id, String checkpoint, CheckpointFolder folder) throws Exception {
    Container container = running(id);
    Migration.Freezing migration = withoutRestart(lease, container);
    Tcp tcp = Tcp.of(migration.request().getOptions().getTcp());
    Instant expires = migration.prepared().expiresAt();
    // Taken before anything stands still: nobody does so while another container is dumped.
    try (Dumper.Ready ready =
        hands.dumper.ready(
            id,
            checkpoint,
            folder,
            journal.keptFile(migration.id(), LOG),
            tcp,
            checks.goOrNot.timeLeft(expires))) {
      lease.dumps(ready);
      checks.goOrNot.requireTime(expires);
      migration = parked(lease, container);
      Instant begin = clock.instant();
      migration =
          lease.note(
              migration.with(
                  migration.standstill().withFreeze(hands.parking.freeze(begin, container))));
      hands.control.freeze(id);
      if (tcp == Tcp.KEEP) {
        migration = lease.note(migration.with(migration.standstill().withNetworkHeld()));
        hands.control.holdNetwork(id);
      }
      if (SharedMemory.isEnginesOwn(container)) {
        hands.sharedMemory.hold(SharedMemory.mountOf(hands.engine, id), held(migration));
      }
      migration = lease.note(migration.with(dump(migration, checkpoint, false)));
      ready.dump();
      return lease.note(
          migration
              .with(dump(migration, checkpoint, true))
              .with(migration.order().withPhase(PhaseName.DUMP.time(begin, clock.instant(), 0))));
    }
  }

  private static Standstill dump(
      Migration.Freezing migration, String checkpoint, boolean complete) {
    return migration.standstill().withDump(new Standstill.Dump(checkpoint, complete));
  }

  private Path held(Migration migration) throws IOException {
    return journal.keptFile(migration.id(), TreeSender.HELD);
  }

  private Container running(String id) throws IOException {
    return hands
        .engine
        .inspect(id)
        .filter(Container::runs)
        .orElseThrow(() -> new IOException("the container was stopped or removed since preflight"));
  }

  private Migration.Freezing withoutRestart(Lease lease, Container container)
      throws IOException, Lease.RevokedException {
    Migration.Freezing migration = lease.current();
    RestartPolicy policy = container.restartPolicy();
    if (policy.isNone()) {
      return migration;
    }
    Migration.Freezing noted =
        lease.note(migration.with(migration.standstill().withRestartPolicy(policy.toJson())));
    hands.engine.setRestartPolicy(container.id(), RestartPolicy.NONE);
    return noted;
  }

  private Migration.Freezing parked(Lease lease, Container container) throws Exception {
    Migration.Freezing migration = lease.current();
    Source source = migration.prepared().source();
    if (!source.changesIsa()) {
      return migration;
    }
    Instant begin = clock.instant();
    Migration.Freezing noted = lease.note(migration.with(migration.standstill().withAskedToPark()));
    Instant end = hands.parking.park(container.id(), source);
    return lease.note(noted.with(noted.order().withPhase(PhaseName.PARK.time(begin, end, 0))));
  }

  /** Nobody has claimed yet, so what stands in the log from here on is all there is of it. */
  private Checkpoint withAttempt(Migration.Freezing migration, Checkpoint.Builder checkpoint) {
    LogPosition end = log.end();
    ByteString bytes = checkpoint.build().toByteString();
    Instant frozenAt =
        migration.standstill().freeze().map(Standstill.Freeze::at).orElse(clock.instant());
    return checkpoint
        .setAttempt(
            Attempt.newBuilder()
                .setEpoch(migration.standstill().epoch())
                .setCheckpointSha256(Digests.of(bytes.toByteArray()).sha256())
                .setDevice(migration.request().getDevice())
                .setDeviceInstance(migration.prepared().template().getDeviceInstance())
                .setWaiting(migration.prepared().template().getWaiting())
                .setLogTopicId(end.topicId())
                .setLogOffset(end.offset()))
        .setFreezeEndsAtMs(frozenAt.plus(migration.order().freezeBudget()).toEpochMilli())
        .build();
  }
}
