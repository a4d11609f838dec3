package io.godwit.checkpointer.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.MigrationObserver;
import io.godwit.checkpointer.migration.State;
import io.godwit.checkpointer.preflight.ContainersInMigration;
import io.godwit.checkpointer.testing.FakeHost;
import io.godwit.checkpointer.testing.TestClock;
import io.godwit.service.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a migration's thread lives through. */
final class WorkerTest {
  @TempDir private Path folder;
  private final TestClock clock = new TestClock();
  private final AtomicInteger worked = new AtomicInteger();
  private final AtomicInteger told = new AtomicInteger();
  private Journal journal;
  private Migration.Pending accepted;

  @BeforeEach
  void begin() throws IOException {
    journal = new Journal(folder);
    accepted = Migration.accepted(FakeHost.request().build(), clock.instant());
    journal.accept(accepted);
  }

  @Test
  void anErrorIsAFailureAndOneWhileThatIsToldIsNoEnd() throws IOException {
    Worker worker =
        worker(_ -> {
          throw new OutOfMemoryError("drawn");
        });
    worker.run(accepted);
    Migration end = journal.find(FakeHost.ID).orElseThrow();
    assertTrue(end.settled());
    assertEquals(State.FAILED, end.state());
    assertTrue(told.get() > 0);
  }

  @Test
  void oneThatIsWorkedOnIsNotBegunAgain() throws IOException {
    CountDownLatch wait = new CountDownLatch(1);
    Worker worker =
        worker(migration -> {
          worked.incrementAndGet();
          wait.await();
          return new Migration.Settled(migration.order(), State.FAILED);
        });
    worker.begin(accepted);
    worker.begin(accepted);
    wait.countDown();
    Awaitility.await().until(() -> worked.get() > 0);
    worker.close();
    assertEquals(1, worked.get());
  }

  @Test
  void whatIsGivenUpDoesNotWaitForTheBroker() throws Exception {
    told.set(1);
    String other = FakeHost.ID.replace('1', '2');
    Migration given =
        Migration.accepted(FakeHost.request().setMigrationId(other).build(), clock.instant());
    journal.accept(given);
    new Gate(journal, clock, new Observer())
        .enter(given, new Migration.Failed(given.order(), Optional.empty()), "drawn");
    Worker worker =
        worker(migration -> {
          worked.incrementAndGet();
          return new Migration.Settled(migration.order(), State.FAILED);
        });
    worker.recover(() -> {
      Awaitility.await().until(() -> journal.find(other).filter(Migration::settled).isPresent());
      assertEquals(0, worked.get());
    });
    Awaitility.await().until(() -> worked.get() == 1);
    worker.close();
  }

  /** Who is told of a failure has no memory for the first word of it. */
  private final class Observer implements MigrationObserver {
    @Override
    public void entered(Migration migration, String message) {
      if (migration.state() == State.FAILED && told.getAndIncrement() == 0) {
        throw new OutOfMemoryError("drawn");
      }
    }

    @Override
    public void settled(Migration migration, String message) {
      // Looked up in the journal.
    }
  }

  private Worker worker(Step<Migration.Pending> pending) {
    Gate gate = new Gate(journal, clock, new Observer());
    return new Worker(
        new Steps(
            pending,
            WorkerTest::never,
            WorkerTest::never,
            WorkerTest::never,
            WorkerTest::never,
            given -> gate.settle(given, "at its end"),
            WorkerTest::never,
            WorkerTest::never,
            WorkerTest::never),
        journal,
        gate,
        new ContainersInMigration(),
        new Inbox(Threads.SYSTEM),
        clock,
        Threads.SYSTEM,
        1);
  }

  private static Migration never(Migration migration) {
    throw new AssertionError("it does not come to " + migration.state());
  }
}
