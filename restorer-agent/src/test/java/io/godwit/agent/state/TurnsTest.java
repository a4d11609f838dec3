package io.godwit.agent.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.service.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TurnsTest {
  private final Turns turns = new Turns(Threads.SYSTEM);
  private final MigrationId id = new MigrationId(UUID.randomUUID().toString());
  private final MigrationId other = new MigrationId(UUID.randomUUID().toString());

  @Test
  void oneMigrationDoesNotWaitForAnother() throws Exception {
    try (Turns.Held _ = turns.take(id);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      Callable<Integer> countWithIts =
          () -> {
            try (Turns.Held _ = turns.take(other)) {
              return turns.count();
            }
          };
      assertEquals(2, threads.submit(countWithIts).get());
      assertEquals(1, turns.count());
    }
    assertEquals(0, turns.count());
  }

  @Test
  void manyHaveItOneByOneAndNothingIsKept() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch start = new CountDownLatch(1);
    // What is counted here is right only where nobody else counts.
    int[] done = {0};
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        all.add(
            threads.submit(() -> {
              start.await();
              for (int i = 0; i < 2000; i++) {
                try (Turns.Held _ = turns.take(id)) {
                  most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  done[0]++;
                  inside.decrementAndGet();
                }
              }
              return done;
            }));
      }
      start.countDown();
      for (Future<?> one : all) {
        one.get(50, TimeUnit.SECONDS);
      }
    }
    assertEquals(1, most.get());
    assertEquals(16_000, done[0]);
    assertEquals(0, turns.count());
  }

  @Test
  void anInterruptedThreadWaitsNonetheless() {
    Thread.currentThread().interrupt();
    try (Turns.Held _ = turns.take(id)) {
      assertTrue(Thread.interrupted());
    }
  }
}
