package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;
import io.godwit.checkpointer.preflight.ContainersInMigration;
import io.godwit.messaging.MigrationLog;
import io.godwit.messaging.Sleeper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes migrations from where they stand to their end, each on a virtual thread of its own. Only so
 * many are at heavy work at a time; waiting for a device or for the log is none.
 */
public final class Worker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final Duration AFTER_A_FAILURE = Duration.ofSeconds(10);
  private static final Duration STOP = Duration.ofSeconds(60);

  private final Steps steps;
  private final Journal journal;
  private final Gate gate;
  private final ContainersInMigration inMigration;
  private final Inbox inbox;
  private final Sleeper sleeper;
  private final Semaphore places;
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private volatile boolean closing;

  /**
   * @param atOnce how many migrations may be between Preflight and Checkpointed, at least 1
   */
  public Worker(
      Steps steps,
      Journal journal,
      Gate gate,
      ContainersInMigration inMigration,
      Inbox inbox,
      Sleeper sleeper,
      int atOnce) {
    this.steps = steps;
    this.journal = journal;
    this.gate = gate;
    this.inMigration = inMigration;
    this.inbox = inbox;
    this.sleeper = sleeper;
    this.places = new Semaphore(atOnce, true);
  }

  /** Goes on with every migration that is not settled: after a crash, or a stop. */
  public void recover() throws IOException {
    for (Migration migration : journal.all()) {
      if (!migration.settled()) {
        migration.source().ifPresent(s -> inMigration.take(s.containerId(), migration.id()));
        LOG.info("migration {} is {}: going on", migration.id(), migration.state());
        begin(migration);
      }
    }
  }

  /** Works on a migration until it is settled. */
  public void begin(Migration migration) {
    Thread thread =
        Thread.ofVirtual()
            .name("migration-" + migration.id())
            .unstarted(() -> {
              try (var _ = MigrationLog.of(migration.id())) {
                run(migration);
              } finally {
                threads.remove(Thread.currentThread());
              }
            });
    threads.add(thread);
    thread.start();
  }

  /** Cuts the work off where it stands; the journal knows where that is. */
  @Override
  public void close() {
    closing = true;
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      try {
        if (!thread.join(STOP)) {
          LOG.warn("{} does not stop; it will go on after the next start", thread.getName());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Works on the calling thread. */
  void run(Migration begun) {
    Migration migration = begun;
    boolean holdsPlace = false;
    try {
      while (!migration.settled()) {
        boolean heavy = isHeavy(migration.state());
        if (heavy && !holdsPlace) {
          places.acquire();
        } else if (!heavy && holdsPlace) {
          places.release();
        }
        holdsPlace = heavy;
        migration = step(migration);
      }
      inMigration.release(migration.id());
      inbox.forget(migration.id());
    } catch (InterruptedException e) {
      LOG.info("stopped in {}; it goes on after the next start", migration.state());
    } finally {
      if (holdsPlace) {
        places.release();
      }
    }
  }

  private Migration step(Migration migration) throws InterruptedException {
    try {
      return steps.of(migration.state()).run(migration);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      if (closing) {
        throw new InterruptedException("closing");
      }
      return failed(migration, e);
    }
  }

  private Migration failed(Migration before, Exception failure) throws InterruptedException {
    try {
      // The step may have noted more than the migration that it was given.
      Migration migration = journal.find(before.id()).orElse(before);
      if (!migration.settled() && mayFail(migration.state())) {
        return gate.move(migration, State.FAILED, Words.of(failure));
      }
      LOG.error(
          "{} is tried again in {} s", migration.state(), AFTER_A_FAILURE.toSeconds(), failure);
      sleeper.sleep(AFTER_A_FAILURE);
      return migration;
    } catch (IOException | UncheckedIOException e) {
      LOG.error("the journal does not work; trying again in {} s", AFTER_A_FAILURE.toSeconds(), e);
      sleeper.sleep(AFTER_A_FAILURE);
      return before;
    }
  }

  private static boolean isHeavy(State state) {
    return switch (state) {
      case PENDING, PREFLIGHT, REHEARSING, CHECKPOINTING -> true;
      case CHECKPOINTED, CLAIMED, IN_DOUBT, SUCCEEDED, FAILED, ABORTED, ROLLED_BACK -> false;
    };
  }

  /** Before anything was published that a device could restore; after it only the log decides. */
  private static boolean mayFail(State state) {
    return isHeavy(state);
  }
}
