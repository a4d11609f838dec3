package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.preflight.ContainersInMigration;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.MigrationLog;
import io.godwit.messaging.Sleeper;
import io.godwit.service.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes migrations from where they stand to their end, each on a thread of its own. Only so many
 * are at heavy work at a time; waiting for a device or for the log is none. Nothing ends such a
 * thread but the migration's end, or the service's.
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
  private final Threads threads;
  private final Semaphore places;
  private final Map<String, Threads.Started> running = new ConcurrentHashMap<>();
  private volatile boolean closing;

  /**
   * @param atOnce how many migrations may be between Preflight and Frozen, at least 1
   */
  public Worker(
      Steps steps,
      Journal journal,
      Gate gate,
      ContainersInMigration inMigration,
      Inbox inbox,
      Sleeper sleeper,
      Threads threads,
      int atOnce) {
    this.steps = steps;
    this.journal = journal;
    this.gate = gate;
    this.inMigration = inMigration;
    this.inbox = inbox;
    this.sleeper = sleeper;
    this.threads = threads;
    this.places = new Semaphore(atOnce, true);
  }

  /** What others must do before the service can hear them. */
  @FunctionalInterface
  public interface Others {
    /** Returns when they can be heard. */
    void await() throws InterruptedException;
  }

  /** Goes on with every migration that is not settled: after a crash, or a stop. */
  public void recover() throws IOException {
    goOn(journal.unsettled());
  }

  /**
   * The same where the broker may be away: what nobody else has a word in does not wait for it.
   *
   * @param others waited for before all else is gone on with
   */
  public void recover(Others others) throws IOException, InterruptedException {
    List<Migration> unsettled = journal.unsettled();
    goOn(unsettled.stream().filter(Worker::isOursAlone).toList());
    others.await();
    goOn(unsettled.stream().filter(migration -> !isOursAlone(migration)).toList());
  }

  private void goOn(List<Migration> unsettled) {
    for (Migration migration : unsettled) {
      migration.containerId().ifPresent(id -> inMigration.take(id, migration.id()));
      LOG.info("migration {} is {}: going on", migration.id(), migration.state());
      begin(migration);
    }
  }

  /** Works on a migration until it is settled; where that is being done, nothing more is. */
  public synchronized void begin(Migration migration) {
    if (running.containsKey(migration.id())) {
      return;
    }
    running.put(
        migration.id(),
        threads.start(
            "migration-" + migration.id(),
            () -> {
              try (var _ = MigrationLog.of(migration.id(), traceparent(migration))) {
                run(migration);
              } finally {
                over(migration);
              }
            }));
  }

  private static Optional<String> traceparent(Migration migration) {
    return Optional.of(migration.request().getTraceparent());
  }

  /** Works on one that is known and not settled, and that nobody works on. */
  public synchronized void resume(String migrationId) throws IOException {
    // Looked up here: what is not worked on does not change.
    if (!running.containsKey(migrationId)) {
      journal.find(migrationId).filter(known -> !known.settled()).ifPresent(this::begin);
    }
  }

  private synchronized void over(Migration migration) {
    running.remove(migration.id());
  }

  /** Cuts the work off where it stands; the journal knows where that is. */
  @Override
  public void close() {
    closing = true;
    running.values().forEach(Threads.Started::interrupt);
    for (Threads.Started work : running.values()) {
      try {
        if (!work.join(STOP)) {
          LOG.warn("{} does not stop; it will go on after the next start", work.name());
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
        boolean heavy = isHeavy(migration);
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

  // Errors, too: a thread that ends here would leave a container frozen, and nobody would know.
  private Migration step(Migration migration) throws InterruptedException {
    try {
      return steps.run(migration);
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) {
      if (closing) {
        throw new InterruptedException("closing");
      }
      return failed(migration, e);
    }
  }

  private Migration failed(Migration before, Throwable failure) throws InterruptedException {
    Migration migration = known(before);
    try {
      if (mayFail(migration, failure)) {
        return gate.enter(
            migration,
            new Migration.Failed(migration.order(), migration.touched()),
            Words.of(failure),
            Words.refusals(failure));
      }
      LOG.error(
          "{} is tried again in {} s", migration.state(), AFTER_A_FAILURE.toSeconds(), failure);
      sleeper.sleep(AFTER_A_FAILURE);
      return migration;
    } catch (RuntimeException | Error e) {
      // Such as a journal that does not work; or who is told of it has no memory, either.
      LOG.error("that cannot be noted; trying again in {} s", AFTER_A_FAILURE.toSeconds(), e);
      sleeper.sleep(AFTER_A_FAILURE);
      return known(migration);
    }
  }

  /**
   * As it stands in the journal: the step may have noted, and done, more than the migration that it
   * was given knows of.
   */
  private Migration known(Migration before) throws InterruptedException {
    while (true) {
      try {
        return journal.find(before.id()).orElse(before);
      } catch (IOException e) {
        LOG.error("the journal cannot be read; again in {} s", AFTER_A_FAILURE.toSeconds(), e);
        sleeper.sleep(AFTER_A_FAILURE);
      }
    }
  }

  /** It is decided that the source runs here, or nothing was published that says otherwise. */
  private static boolean isOursAlone(Migration migration) {
    return switch (migration) {
      case Migration.Freezing _, Migration.GivenUp _, Migration.RolledBack _ -> true;
      case Migration.Pending _,
          Migration.Preflight _,
          Migration.Rehearsing _,
          Migration.Published _,
          Migration.Succeeded _,
          // An operator may have seen to it elsewhere, which stands in the log.
          Migration.SourceDown _,
          Migration.Settled _ ->
          false;
    };
  }

  private static boolean isHeavy(Migration migration) {
    return switch (migration) {
      case Migration.Pending _,
          Migration.Preflight _,
          Migration.Rehearsing _,
          Migration.Freezing _ ->
          true;
      case Migration.Published _,
          Migration.Succeeded _,
          Migration.GivenUp _,
          Migration.SourceDown _,
          Migration.RolledBack _,
          Migration.Settled _ ->
          false;
    };
  }

  /** Before anything was published that a device could claim; after it only the log decides. */
  private static boolean mayFail(Migration migration, Throwable failure) {
    return switch (migration) {
      // It has not begun, and what it was asked for does not change while the broker is away.
      case Migration.Pending _ -> !(failure instanceof MessagingException);
      case Migration.Preflight _, Migration.Rehearsing _, Migration.Freezing _ -> true;
      case Migration.Published _,
          Migration.Succeeded _,
          Migration.GivenUp _,
          Migration.SourceDown _,
          Migration.RolledBack _,
          Migration.Settled _ ->
          false;
    };
  }
}
