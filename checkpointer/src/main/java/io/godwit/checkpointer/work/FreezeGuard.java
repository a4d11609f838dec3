package io.godwit.checkpointer.work;

import io.godwit.checkpointer.freeze.SourceControl;
import io.godwit.checkpointer.freeze.Waiting;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Standstill;
import io.godwit.messaging.MigrationLog;
import io.godwit.service.Threads;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Freezing: has the container frozen, dumped and uploaded on another thread, and watches. Nothing
 * is published before that thread has come back, so nobody can claim meanwhile: when the freeze
 * budget is spent or the migration is aborted, the source is thawed at once, whatever hangs – the
 * store, CRIU, the Engine, the disk. The thread that hangs is left behind; when it wakes up it
 * finds its lease gone, and should it have frozen the container once more, that is undone.
 */
final class FreezeGuard implements Step<Migration.Freezing> {
  private static final Logger LOG = LoggerFactory.getLogger(FreezeGuard.class);
  private static final Duration GLANCE = Duration.ofMillis(100);

  /** How long a thread may take to see that it was interrupted. */
  private static final Duration GRACE = Duration.ofMillis(200);

  private final FreezeStep freezing;
  private final SourceUndo undo;
  private final GoingOn goingOn;
  private final SourceControl control;
  private final GoOrNot goOrNot;
  private final Gate gate;
  private final Clock clock;
  private final Threads threads;
  private final AtLast atLast;

  FreezeGuard(
      FreezeStep freezing,
      SourceUndo undo,
      GoingOn goingOn,
      SourceControl control,
      GoOrNot goOrNot,
      Gate gate,
      Waiting waiting) {
    this.freezing = freezing;
    this.undo = undo;
    this.goingOn = goingOn;
    this.control = control;
    this.goOrNot = goOrNot;
    this.gate = gate;
    this.clock = waiting.clock();
    this.threads = waiting.threads();
    this.atLast = new AtLast(waiting.sleeper());
  }

  /** How the other thread came back. */
  private sealed interface End {
    record Frozen(Migration next) implements End {}

    record Failed(Throwable why) implements End {}
  }

  /** Why it is to be ended. */
  private sealed interface Stop {
    record Abort(String why) implements Stop {}

    record Spent(String why) implements Stop {}
  }

  @Override
  public Migration run(Migration.Freezing before) throws Exception {
    Optional<Migration> aborted = goOrNot.aborted(before);
    if (aborted.isPresent()) {
      return aborted.get();
    }
    Lease lease = new Lease(gate, recovered(before));
    Threads.Bell bell = threads.bell();
    AtomicReference<Optional<End>> end = new AtomicReference<>(Optional.empty());
    Threads.Started work =
        threads.start("freeze-" + before.id(), MigrationLog.carried(() -> work(lease, end, bell)));
    try {
      while (end.get().isEmpty()) {
        Optional<Stop> stop = stop(lease);
        if (stop.isPresent()) {
          return stopped(lease, work, stop.get());
        }
        bell.await(GLANCE);
      }
    } catch (InterruptedException | RuntimeException | Error e) {
      // Such as that the service stops: nobody would keep the budget.
      leave(lease, work);
      throw e;
    }
    return ended(lease, end.get().orElseThrow());
  }

  private void work(Lease lease, AtomicReference<Optional<End>> end, Threads.Bell bell) {
    try {
      end.set(Optional.of(new End.Frozen(freezing.run(lease))));
    } catch (Throwable e) {
      // Errors, too: whatever ends this thread must not leave the container frozen.
      end.set(Optional.of(new End.Failed(e)));
    } finally {
      bell.ring();
      if (lease.isRevoked()) {
        // It may have frozen it once more, after who watches had let it go on.
        thawOnceMore(lease);
      }
    }
  }

  private Migration ended(Lease lease, End end) throws Exception {
    return switch (end) {
      case End.Frozen frozen -> frozen.next();
      case End.Failed failed -> {
        // It may stand frozen, and the disk that the journal is on may be the very cause.
        Migration.Freezing now = thaw(lease);
        yield atLast.enter(() ->
            gate.enter(
                now,
                new Migration.Failed(now.order(), now.touched()),
                Words.of(failed.why()),
                Words.refusals(failed.why())));
      }
    };
  }

  private Migration stopped(Lease lease, Threads.Started work, Stop stop)
      throws InterruptedException {
    lease.revoke();
    work.interrupt();
    Migration.Freezing now = thaw(lease);
    if (!work.join(GRACE)) {
      LOG.warn("{} hangs; the source goes on without it", work.name());
    }
    return atLast.enter(() ->
        switch (stop) {
          case Stop.Abort abort -> goOrNot.abort(now, abort.why());
          case Stop.Spent spent ->
              gate.enter(now, new Migration.Failed(now.order(), now.touched()), spent.why());
        });
  }

  private void leave(Lease lease, Threads.Started work) {
    lease.revoke();
    work.interrupt();
    boolean interrupted = Thread.interrupted();
    try {
      letGo(lease);
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Lets it go on, and waits for the note of that. Nobody can have claimed, so nothing is asked
   * before.
   *
   * @return what is to be journaled then: of what has gone on, the dump is history
   */
  private Migration.Freezing thaw(Lease lease) throws InterruptedException {
    Optional<GoingOn.Let> let = letGo(lease);
    if (let.isPresent()) {
      // So that it is not written over what comes next.
      let.get().noted();
    }
    Migration.Freezing now = lease.current();
    return let.filter(GoingOn.Let::wentOn).isPresent() ? now.with(now.standstill().goingOn()) : now;
  }

  private Optional<GoingOn.Let> letGo(Lease lease) throws InterruptedException {
    Migration.Freezing now = lease.current();
    if (now.standstill().freeze().isEmpty()) {
      return Optional.empty();
    }
    Migration.Freezing noted = now.with(now.standstill().goingOn());
    return Optional.of(
        goingOn.let(now.touched().orElseThrow(), () -> lease.write(() -> gate.note(noted))));
  }

  private void thawOnceMore(Lease lease) {
    try {
      control.thaw(lease.current().prepared().source().containerId());
    } catch (IOException e) {
      LOG.warn("the source is not known to have been thawed yet", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<Stop> stop(Lease lease) throws InterruptedException {
    Migration.Freezing now = lease.current();
    Optional<String> abort = goOrNot.whyAborted(now.id());
    if (abort.isPresent()) {
      return Optional.of(new Stop.Abort(abort.get()));
    }
    Duration budget = now.order().freezeBudget();
    Optional<Instant> frozen = now.standstill().freeze().map(Standstill.Freeze::at);
    if (frozen.filter(at -> !clock.instant().isBefore(at.plus(budget))).isPresent()) {
      return Optional.of(
          new Stop.Spent(
              "The freeze budget of %d ms was spent before the checkpoint was ready, so the source goes on. Ask with a larger one (--freeze-budget), or see what takes so long with: godwit status %s"
                  .formatted(budget.toMillis(), now.id())));
    }
    return goOrNot.timeLeft(now.prepared().expiresAt()).isZero()
        ? Optional.of(
            new Stop.Spent(
                "The deadline passed before the checkpoint was ready. Ask again with a later one."))
        : Optional.empty();
  }

  /**
   * After a crash: a complete dump of a container that is still frozen is used, all else undone.
   */
  private Migration.Freezing recovered(Migration.Freezing migration) throws Exception {
    Standstill standstill = migration.standstill();
    if (standstill.isUntouched()) {
      return migration;
    }
    String id = migration.prepared().source().containerId();
    if (standstill.hasDump() && undo.isFrozen(id, standstill)) {
      return migration;
    }
    return switch (undo.run(migration, migration.touched().orElseThrow())) {
      case SourceUndo.Undone.Runs _ ->
          gate.note(migration.with(Standstill.untouched(standstill.epoch() + 1)));
      case SourceUndo.Undone.NotHere nothing -> throw new IOException(nothing.why());
      case SourceUndo.Undone.Down down -> throw new IOException(down.why());
    };
  }
}
