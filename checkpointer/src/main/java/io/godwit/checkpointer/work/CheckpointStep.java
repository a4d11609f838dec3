package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;
import io.godwit.checkpointer.migration.Touch;
import io.godwit.checkpointer.preflight.DeviceChecks;
import io.godwit.checkpointer.preflight.Preflight;
import io.godwit.checkpointer.preflight.RefusedException;
import java.util.List;
import java.util.Optional;

/**
 * Checkpointing → Checkpointed. Entered with something touched only after a crash: a complete dump
 * is then used, anything less is undone first, so that the container runs while it is tried again.
 */
final class CheckpointStep implements Step {
  private final Preflight preflight;
  private final DeviceChecks devices;
  private final Freezer freezer;
  private final CheckpointUploader uploader;
  private final RollBack rollBack;
  private final DumpWatch watch;
  private final GoOrNot goOrNot;
  private final Gate gate;

  CheckpointStep(
      Preflight preflight,
      DeviceChecks devices,
      Freezer freezer,
      CheckpointUploader uploader,
      RollBack rollBack,
      DumpWatch watch,
      GoOrNot goOrNot,
      Gate gate) {
    this.preflight = preflight;
    this.devices = devices;
    this.freezer = freezer;
    this.uploader = uploader;
    this.rollBack = rollBack;
    this.watch = watch;
    this.goOrNot = goOrNot;
    this.gate = gate;
  }

  @Override
  public Migration run(Migration before) throws Exception {
    Migration migration = recovered(before);
    Optional<Migration> aborted = goOrNot.aborted(migration);
    if (aborted.isPresent()) {
      return aborted.get();
    }
    goOrNot.requireTime(migration);
    if (!migration.touch().dumped()) {
      List<String> reasons = devices.alive(migration.request().getDevice());
      if (!reasons.isEmpty()) {
        throw new RefusedException(reasons);
      }
      preflight.examineAgain(migration.request(), migration.knownSource().containerId());
      migration = freezer.freeze(migration);
    }
    migration = uploader.upload(migration);
    // Not before the upload: the Engine tidies up meanwhile.
    watch.awaitStopped(migration.knownSource().containerId());
    return gate.move(
        migration,
        State.CHECKPOINTED,
        "the container stands still, everything is uploaded; now it is converted for "
            + migration.request().getDevice());
  }

  private Migration recovered(Migration migration) throws Exception {
    Touch touch = migration.touch();
    if (touch.isNone() || touch.dumped()) {
      return migration;
    }
    if (touch.checkpoint().isPresent()
        && watch.endsWithDump(
            migration.knownSource().containerId(),
            uploader.folder(migration, touch.checkpoint().get()))) {
      return gate.note(migration.withTouch(touch.withDumped()));
    }
    return rollBack.run(migration);
  }
}
