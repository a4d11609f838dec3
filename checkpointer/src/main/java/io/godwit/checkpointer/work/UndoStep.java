package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;
import io.godwit.checkpointer.source.ParkException;
import io.godwit.contract.Abort;
import io.godwit.contract.Decision;
import io.godwit.docker.DockerException;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Sleeper;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Failed and Aborted: the source is left, or made, as it was. */
final class UndoStep implements Step {
  private static final Logger LOG = LoggerFactory.getLogger(UndoStep.class);
  private static final Duration AFTER_NO_ANSWER = Duration.ofSeconds(5);

  private final RollBack rollBack;
  private final DecisionLog log;
  private final Gate gate;
  private final Clock clock;
  private final Sleeper sleeper;

  UndoStep(RollBack rollBack, DecisionLog log, Gate gate, Clock clock, Sleeper sleeper) {
    this.rollBack = rollBack;
    this.log = log;
    this.gate = gate;
    this.clock = clock;
    this.sleeper = sleeper;
  }

  @Override
  public Migration run(Migration migration) throws InterruptedException {
    Migration undone = undo(migration);
    if (migration.state() != State.ABORTED) {
      tellDevice(migration);
    }
    return undone;
  }

  private Migration undo(Migration migration) throws InterruptedException {
    if (migration.touch().isNone()) {
      return gate.settle(
          migration, migration.history().getLast().message() + "\nNothing was touched.");
    }
    while (true) {
      try {
        Migration undone = rollBack.run(migration);
        return gate.move(undone, State.ROLLED_BACK, "the container runs on from where it stood");
      } catch (RollBackException | ParkException e) {
        return giveUp(migration, Words.of(e));
      } catch (DockerException e) {
        if (e.status() != 0) {
          return giveUp(migration, Words.of(e));
        }
        // The Engine is away: nothing can be known and nothing done until it is back.
        LOG.warn("the source waits to be rolled back: {}", e.getMessage());
        sleeper.sleep(AFTER_NO_ANSWER);
      } catch (IOException e) {
        return giveUp(migration, Words.of(e));
      }
    }
  }

  private Migration giveUp(Migration migration, String why) {
    String message = "THE SOURCE DOES NOT RUN AS IT DID: " + why;
    LOG.error("{}", message);
    Migration failed = gate.move(migration, State.FAILED, message);
    return gate.settle(failed, message);
  }

  // The device may drop what it has prepared. Nothing depends on it: no checkpoint was published,
  // or
  // the log has decided already.
  private void tellDevice(Migration migration) {
    if (migration.preparation().isEmpty() || migration.checkpoint().isPresent()) {
      return;
    }
    try {
      String reason = migration.history().getLast().message();
      log.append(
          Decision.newBuilder()
              .setMigrationId(migration.id())
              .setAtMs(clock.millis())
              .setAbort(Abort.newBuilder().setBy("checkpointer").setReason(reason))
              .build());
    } catch (MessagingException e) {
      LOG.info("the device is not told that it may drop its preparation: {}", e.getMessage());
    }
  }
}
