package io.godwit.checkpointer.work;

import io.godwit.checkpointer.freeze.CheckpointFolder;
import io.godwit.checkpointer.freeze.Sight;
import io.godwit.checkpointer.freeze.SourceControl;
import io.godwit.checkpointer.freeze.SourceRestore;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Migration.Touched;
import io.godwit.checkpointer.migration.Standstill;
import io.godwit.checkpointer.source.ParkException;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.RestartPolicy;
import io.godwit.docker.Tcp;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Undoes what was done to the source: it runs on from where it stood still, under its own restart
 * policy. Looks at what really is before it does anything, so it may be called at any time, and
 * again after a crash. As long as the frozen processes are there it is a thaw and nothing else;
 * only when they are gone is the source restored from its own checkpoint.
 */
final class SourceUndo {
  /** CRIU's log of the restore, kept in the migration's folder. */
  static final String LOG = "restore.log";

  private static final Logger LOGGER = LoggerFactory.getLogger(SourceUndo.class);

  private final DockerEngine engine;
  private final SourceControl control;
  private final SourceRestore restore;
  private final Parking parking;
  private final Journal journal;
  private final Gate gate;

  SourceUndo(
      DockerEngine engine,
      SourceControl control,
      SourceRestore restore,
      Parking parking,
      Journal journal,
      Gate gate) {
    this.engine = engine;
    this.control = control;
    this.restore = restore;
    this.parking = parking;
    this.journal = journal;
    this.gate = gate;
  }

  /** What became of it. */
  sealed interface Undone {
    /**
     * Nothing is left to undo.
     *
     * @param how a sentence
     */
    record Runs(String how) implements Undone {}

    /** It does not run as it did, and nothing here can change that; why, and what to do. */
    record NotHere(String why) implements Undone {}

    /** Its frozen processes are gone, and it cannot be restored yet; nothing was deleted. */
    record Down(String why) implements Undone {}
  }

  /** Whether the very processes that were frozen stand frozen. */
  boolean isFrozen(String containerId, Standstill standstill)
      throws IOException, InterruptedException {
    return control.look(containerId, standstill.identity()) instanceof Sight.Frozen;
  }

  /** Whether a process of it, the one that was frozen or another, executes. */
  boolean goesOn(String containerId, Standstill standstill)
      throws IOException, InterruptedException {
    return switch (control.look(containerId, standstill.identity())) {
      case Sight.Runs _, Sight.Stranger _ -> true;
      case Sight.Frozen _, Sight.Ended _, Sight.Removed _ -> false;
    };
  }

  /**
   * Undoes it.
   *
   * @throws IOException when the Engine does not answer or refuses: to be tried again
   */
  Undone run(Migration migration, Touched touched) throws IOException, InterruptedException {
    String id = touched.source().containerId();
    Standstill standstill = touched.standstill();
    return switch (control.look(id, standstill.identity())) {
      case Sight.Frozen _ ->
          thaw(migration, touched)
              ? goesOn(migration, touched, "the container runs on from where it stood")
              // It ended in this very moment, while it stood frozen.
              : run(migration, touched);
      case Sight.Runs _ -> goesOn(migration, touched, "the container runs on");
      case Sight.Stranger stranger -> {
        putPolicyBack(id, standstill);
        yield new Undone.NotHere(
            "container %s runs, but not the process that was frozen: somebody has started it anew. It was left alone"
                .formatted(stranger.container().name()));
      }
      case Sight.Ended ended ->
          standstill.hasDump() || isDumped(migration, id, standstill)
              ? restored(migration, touched, ended.container())
              : endedByItself(ended.container(), standstill);
      case Sight.Removed _ ->
          new Undone.NotHere(
              "container %s was removed by another hand while it was being moved, so it cannot run on"
                  .formatted(id));
    };
  }

  private boolean thaw(Migration migration, Touched touched)
      throws IOException, InterruptedException {
    String id = touched.source().containerId();
    noteGoingOn(migration, touched);
    if (touched.standstill().networkHeld()) {
      control.releaseNetwork(id);
    }
    return control.thaw(id);
  }

  // What cannot be noted is done all the same: it is the source's going on, and the worst that a
  // crash right here can do is that a program which has ended since is started from its checkpoint.
  private void noteGoingOn(Migration migration, Touched touched) {
    try {
      gate.note(with(migration, touched.standstill().goingOn()));
    } catch (RuntimeException e) {
      LOGGER.warn("the source goes on, and the journal does not say so yet", e);
    }
  }

  private static Migration with(Migration migration, Standstill standstill) {
    return switch (migration) {
      case Migration.Freezing freezing -> freezing.with(standstill);
      case Migration.Failed failed ->
          new Migration.Failed(failed.order(), failed.touched().map(t -> with(t, standstill)));
      case Migration.Aborted aborted ->
          new Migration.Aborted(aborted.order(), aborted.touched().map(t -> with(t, standstill)));
      case Migration.SourceDown down ->
          new Migration.SourceDown(down.order(), with(down.source(), standstill));
      case Migration.Pending _,
          Migration.Preflight _,
          Migration.Rehearsing _,
          Migration.Frozen _,
          Migration.Claimed _,
          Migration.InDoubt _,
          Migration.Succeeded _,
          Migration.RolledBack _,
          Migration.Settled _ ->
          throw new IllegalStateException("nothing is undone in " + migration.state());
    };
  }

  private static Touched with(Touched touched, Standstill standstill) {
    return new Touched(touched.source(), touched.preparation(), standstill);
  }

  /** Everything but its processes: network, parking, restart policy, the dump. */
  private Undone goesOn(Migration migration, Touched touched, String how)
      throws IOException, InterruptedException {
    String id = touched.source().containerId();
    Standstill standstill = touched.standstill();
    if (standstill.networkHeld()) {
      control.releaseNetwork(id);
    }
    if (standstill.askedToPark()) {
      try {
        parking.goOn(id);
      } catch (ParkException e) {
        return new Undone.NotHere(Words.of(e));
      }
    }
    putPolicyBack(id, standstill);
    deleteCheckpoint(migration, id);
    return new Undone.Runs(how);
  }

  private void putPolicyBack(String id, Standstill standstill) throws IOException {
    if (standstill.restartPolicy().isPresent()) {
      engine.setRestartPolicy(id, RestartPolicy.parse(standstill.restartPolicy().get()));
    }
  }

  private boolean isDumped(Migration migration, String id, Standstill standstill)
      throws IOException {
    return standstill.dump().isPresent() && folder(migration, id).isComplete();
  }

  private Undone restored(Migration migration, Touched touched, Container container)
      throws IOException, InterruptedException {
    String id = touched.source().containerId();
    CheckpointFolder folder = folder(migration, id);
    SourceRestore.Dump dump =
        new SourceRestore.Dump(
            FreezeStep.checkpoint(migration),
            folder,
            journal.keptFile(migration.id(), LOG),
            Tcp.of(migration.request().getOptions().getTcp()),
            journal.keptFile(migration.id(), TreeSender.HELD));
    return switch (restore.restore(id, dump, touched.standstill().identity())) {
      case SourceRestore.Answer.Restored restored -> {
        noteGoingOn(migration, touched);
        yield goesOn(
            migration,
            touched,
            "its frozen processes were gone; it was restored from its own checkpoint and runs on from where it stood"
                + restored.otherwise().map(otherwise -> ". But: " + otherwise).orElse(""));
      }
      case SourceRestore.Answer.Ended ended -> {
        noteGoingOn(migration, touched);
        putPolicyBack(id, touched.standstill());
        yield new Undone.Runs(
            "it was restored from its own checkpoint and has come to its own end since, with exit code %d"
                .formatted(ended.exitCode()));
      }
      case SourceRestore.Answer.Refused refused ->
          new Undone.Down(
              "container %s does not run: its frozen processes are gone, and it does not start from its checkpoint yet: %s. Its checkpoint is kept in %s and it is tried again. When it runs by your hand, or is not wanted any more, say so with: godwit resolve %s --ran-on host"
                  .formatted(container.name(), refused.why(), folder, migration.id()));
    };
  }

  /** As if it had never been asked to move: what its restart policy would have done is done. */
  private Undone endedByItself(Container container, Standstill standstill) throws IOException {
    putPolicyBack(container.id(), standstill);
    int exit = container.state().exitCode();
    if (wouldBeStarted(standstill, exit)) {
      engine.start(container.id());
      return new Undone.Runs(
          "it ended with exit code %d before there was a checkpoint of it, and was started again as its restart policy says"
              .formatted(exit));
    }
    return new Undone.NotHere(
        "container %s is %s with exit code %d and there is no checkpoint of where it stood: it ended by itself, or the machine or its Engine was restarted. Start it anew with: docker start %s"
            .formatted(container.name(), container.state().status(), exit, container.name()));
  }

  private static boolean wouldBeStarted(Standstill standstill, int exit) throws IOException {
    return standstill.restartPolicy().isPresent()
        && RestartPolicy.parse(standstill.restartPolicy().get()).startsAfter(exit);
  }

  private CheckpointFolder folder(Migration migration, String id) throws IOException {
    return CheckpointFolder.of(
        engine, id, FreezeStep.checkpoint(migration), journal.workFolder(migration.id()));
  }

  private void deleteCheckpoint(Migration migration, String id) {
    try {
      engine.deleteCheckpoint(id, FreezeStep.checkpoint(migration));
      folder(migration, id).discard();
    } catch (IOException e) {
      LOGGER.warn("the source's checkpoint stays on disk: {}", e.getMessage());
    }
  }
}
