package io.godwit.checkpointer.work;

import io.godwit.checkpointer.freeze.Sight;
import io.godwit.checkpointer.freeze.SourceControl;
import io.godwit.checkpointer.freeze.SourceRestore;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Migration.GivenUp;
import io.godwit.checkpointer.migration.Migration.Published;
import io.godwit.checkpointer.migration.Migration.Touched;
import io.godwit.checkpointer.migration.Standstill;
import io.godwit.checkpointer.source.ParkException;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.RestartPolicy;
import io.godwit.docker.Tcp;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
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
  private final GoingOn goingOn;
  private final OwnCheckpoint checkpoint;
  private final SourceRestore restore;
  private final Parking parking;
  private final Journal journal;
  private final Gate gate;

  SourceUndo(
      DockerEngine engine,
      SourceControl control,
      GoingOn goingOn,
      OwnCheckpoint checkpoint,
      SourceRestore restore,
      Parking parking,
      Journal journal,
      Gate gate) {
    this.engine = engine;
    this.control = control;
    this.goingOn = goingOn;
    this.checkpoint = checkpoint;
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
    if (control.holds(containerId, standstill.identity())) {
      return false;
    }
    return switch (control.look(containerId, standstill.identity())) {
      case Sight.Runs _, Sight.Stranger _ -> true;
      case Sight.Frozen _, Sight.Ended _, Sight.Removed _ -> false;
    };
  }

  /**
   * Enters a state in which nobody may claim any more, and has the frozen source go on with it,
   * before the Engine is asked for anything. All the rest is {@link #run}'s.
   *
   * @param to the state, of what was done to the source
   */
  Migration givenUp(Published from, Function<Optional<Touched>, GivenUp> to, String words)
      throws InterruptedException {
    Optional<Touched> touched = from.touched();
    if (touched.isEmpty() || !goingOn.isHeld(touched.get())) {
      return gate.enter(from, to.apply(touched), words);
    }
    GoingOn.Let let =
        goingOn.let(
            touched.get(), () -> gate.enter(from, to.apply(touched.map(Touched::goingOn)), words));
    Optional<Migration> noted = let.noted();
    if (noted.isEmpty()) {
      return gate.enter(from, to.apply(touched), words);
    }
    return let.wentOn() ? noted.get() : gate.note(with(noted.get(), touched.get()));
  }

  /**
   * Undoes it.
   *
   * @throws IOException when the Engine does not answer or refuses: to be tried again
   */
  Undone run(Migration migration, Touched touched) throws IOException, InterruptedException {
    if (goingOn.isHeld(touched)) {
      return thawed(migration, touched);
    }
    String id = touched.source().containerId();
    Standstill standstill = touched.standstill();
    return switch (control.look(id, standstill.identity())) {
      case Sight.Frozen _ -> thawed(migration, touched);
      case Sight.Runs _ -> goesOn(migration, touched, "the container runs on");
      case Sight.Stranger stranger -> {
        putPolicyBack(id, standstill);
        yield new Undone.NotHere(
            "container %s runs, but not the process that was frozen: somebody has started it anew. It was left alone"
                .formatted(stranger.container().name()));
      }
      case Sight.Ended ended -> ended(migration, touched, ended.container());
      case Sight.Removed _ ->
          new Undone.NotHere(
              "container %s was removed by another hand while it was being moved, so it cannot run on"
                  .formatted(id));
    };
  }

  private Undone thawed(Migration migration, Touched touched)
      throws IOException, InterruptedException {
    GoingOn.Let let = goingOn.let(touched, () -> gate.note(with(migration, touched.goingOn())));
    if (let.wentOn()) {
      try {
        return goesOn(migration, touched, "the container runs on from where it stood");
      } finally {
        // Whatever is written next must not be written over by it.
        let.noted();
      }
    }
    // It ended in this very moment, while it stood frozen.
    if (let.noted().isPresent()) {
      gate.note(with(migration, touched));
    }
    return run(migration, touched);
  }

  private static Migration with(Migration migration, Touched touched) {
    return switch (migration) {
      case Migration.Freezing freezing -> freezing.with(touched.standstill());
      case Migration.Failed failed -> new Migration.Failed(failed.order(), Optional.of(touched));
      case Migration.Aborted aborted ->
          new Migration.Aborted(aborted.order(), Optional.of(touched));
      case Migration.SourceDown down -> new Migration.SourceDown(down.order(), touched);
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

  /** Everything but its processes: network, parking, restart policy, the dump. */
  private Undone goesOn(Migration migration, Touched touched, String how)
      throws IOException, InterruptedException {
    String id = touched.source().containerId();
    Standstill standstill = touched.standstill();
    if (standstill.networkHeld()) {
      control.releaseNetwork(id);
    }
    putPolicyBack(id, standstill);
    checkpoint.discard(migration, id);
    if (standstill.askedToPark()) {
      try {
        parking.goOn(id);
      } catch (ParkException e) {
        return new Undone.NotHere(Words.of(e));
      }
    }
    return new Undone.Runs(how);
  }

  private void putPolicyBack(String id, Standstill standstill) throws IOException {
    if (standstill.restartPolicy().isPresent()) {
      engine.setRestartPolicy(id, RestartPolicy.parse(standstill.restartPolicy().get()));
    }
  }

  private Undone ended(Migration migration, Touched touched, Container container)
      throws IOException, InterruptedException {
    return switch (checkpoint.find(migration, touched, container)) {
      case OwnCheckpoint.Copy.Whole whole -> restored(migration, touched, container, whole);
      case OwnCheckpoint.Copy.Away away -> down(migration, container, away.why());
      case OwnCheckpoint.Copy.None none ->
          endedByItself(container, touched.standstill(), none.why());
    };
  }

  private Undone restored(
      Migration migration, Touched touched, Container container, OwnCheckpoint.Copy.Whole copy)
      throws IOException, InterruptedException {
    String id = container.id();
    SourceRestore.Dump dump =
        new SourceRestore.Dump(
            FreezeStep.checkpoint(migration),
            copy.folder(),
            journal.keptFile(migration.id(), LOG),
            Tcp.of(migration.request().getOptions().getTcp()),
            journal.keptFile(migration.id(), TreeSender.HELD));
    return switch (restore.restore(id, dump, touched.standstill().identity())) {
      case SourceRestore.Answer.Restored restored -> {
        noteGoingOn(migration, touched);
        yield goesOn(
            migration,
            touched,
            "its frozen processes were gone; it was restored from its own checkpoint %s and runs on from where it stood%s"
                .formatted(
                    copy.which(),
                    restored.otherwise().map(otherwise -> ". But: " + otherwise).orElse("")));
      }
      case SourceRestore.Answer.Ended ended -> {
        noteGoingOn(migration, touched);
        putPolicyBack(id, touched.standstill());
        yield new Undone.Runs(
            "it was restored from its own checkpoint %s and has come to its own end since, with exit code %d"
                .formatted(copy.which(), ended.exitCode()));
      }
      case SourceRestore.Answer.Damaged damaged ->
          checkpoint.damaged(migration, touched, copy)
              ? ended(migration, touched, container)
              : down(
                  migration,
                  container,
                  "its checkpoint %s is damaged: %s".formatted(copy.which(), damaged.why()));
      case SourceRestore.Answer.Refused refused ->
          down(
              migration,
              container,
              "it does not start from its checkpoint %s yet: %s"
                  .formatted(copy.which(), refused.why()));
    };
  }

  // It runs already. What cannot be noted does not stop it, and the worst that a crash right here
  // can do is that a program which has ended since is started from its checkpoint once more.
  private void noteGoingOn(Migration migration, Touched touched) {
    try {
      gate.note(with(migration, touched.goingOn()));
    } catch (RuntimeException e) {
      LOGGER.warn("the source goes on, and the journal does not say so yet", e);
    }
  }

  private static Undone down(Migration migration, Container container, String why) {
    return new Undone.Down(
        "container %s does not run: its frozen processes are gone, and %s. Nothing of its checkpoint is deleted, and it is tried again. When it runs by your hand, or is not wanted any more, say so with: godwit resolve %s --ran-on host"
            .formatted(container.name(), why, migration.id()));
  }

  /** As if it had never been asked to move: what its restart policy would have done is done. */
  private Undone endedByItself(Container container, Standstill standstill, String why)
      throws IOException {
    putPolicyBack(container.id(), standstill);
    int exit = container.state().exitCode();
    if (wouldBeStarted(standstill, exit)) {
      engine.start(container.id());
      return new Undone.Runs(
          "it ended with exit code %d and %s; it was started again as its restart policy says"
              .formatted(exit, why));
    }
    return new Undone.NotHere(
        "container %s is %s with exit code %d, and %s: it ended by itself, or the machine or its Engine was restarted. Start it anew with: docker start %s"
            .formatted(container.name(), container.state().status(), exit, why, container.name()));
  }

  private static boolean wouldBeStarted(Standstill standstill, int exit) throws IOException {
    return standstill.restartPolicy().isPresent()
        && RestartPolicy.parse(standstill.restartPolicy().get()).startsAfter(exit);
  }
}
