package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Migration.Touched;
import io.godwit.checkpointer.migration.Standstill;
import io.godwit.contract.Abort;
import io.godwit.contract.Decision;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Sleeper;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Failed and Aborted: the source is left, or made, as it was. Never given up. */
final class UndoStep implements Step<Migration.GivenUp> {
  private static final Logger LOG = LoggerFactory.getLogger(UndoStep.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final SourceUndo undo;
  private final DecisionLog log;
  private final Gate gate;
  private final Clock clock;
  private final Sleeper sleeper;
  private final AtLast atLast;

  UndoStep(SourceUndo undo, DecisionLog log, Gate gate, Clock clock, Sleeper sleeper) {
    this.undo = undo;
    this.log = log;
    this.gate = gate;
    this.clock = clock;
    this.sleeper = sleeper;
    this.atLast = new AtLast(sleeper);
  }

  @Override
  public Migration run(Migration.GivenUp migration) throws InterruptedException {
    Optional<Touched> touched = migration.touched();
    Migration next =
        touched.isEmpty()
            ? gate.settle(migration, migration.order().lastMessage() + "\nNothing was touched.")
            : undone(migration, touched.get());
    if (migration instanceof Migration.Failed) {
      tellDevice(migration);
    }
    return next;
  }

  private Migration undone(Migration migration, Touched touched) throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        SourceUndo.Undone undone = undo.run(migration, touched);
        return atLast.enter(() -> entered(migration, touched, undone));
      } catch (IOException e) {
        // The Engine is away or refuses: nothing can be known and nothing done until it is back.
        LOG.warn("the source is not as it was yet; again in {} ms", pause.toMillis(), e);
        sleeper.sleep(pause);
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
      }
    }
  }

  private Migration entered(Migration migration, Touched touched, SourceUndo.Undone undone) {
    return switch (undone) {
      case SourceUndo.Undone.Runs runs ->
          gate.enter(
              migration,
              new Migration.RolledBack(
                  migration.order(), touched.standstill().freeze().map(Standstill.Freeze::at)),
              runs.how());
      case SourceUndo.Undone.NotHere nothing ->
          gate.settle(
              gate.enter(
                  migration, new Migration.SourceDown(migration.order(), touched), nothing.why()),
              "THE SOURCE DOES NOT RUN AS IT DID: " + nothing.why());
      case SourceUndo.Undone.Down down ->
          gate.enter(
              migration,
              new Migration.SourceDown(migration.order(), touched),
              "THE SOURCE DOES NOT RUN: " + down.why());
    };
  }

  // The device may drop what it has prepared. Nothing depends on it: no checkpoint was published,
  // or the log has decided already.
  private void tellDevice(Migration migration) {
    try {
      log.append(
          Decision.newBuilder()
              .setMigrationId(migration.id())
              .setAtMs(clock.millis())
              .setAbort(
                  Abort.newBuilder()
                      .setBy("checkpointer")
                      .setReason(migration.order().lastMessage()))
              .build());
    } catch (MessagingException e) {
      LOG.info("the device is not told that it may drop its preparation: {}", e.getMessage());
    }
  }
}
