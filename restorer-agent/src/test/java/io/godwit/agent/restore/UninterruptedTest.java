package io.godwit.agent.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.service.Threads;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class UninterruptedTest {
  @Test
  void anInterruptDoesNotReachTheWorkAndIsKeptForAfterwards() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicBoolean disturbed = new AtomicBoolean(true);
    AtomicBoolean kept = new AtomicBoolean();
    Thread handler =
        Thread.ofPlatform()
            .start(() -> {
              try {
                new Uninterrupted(Threads.SYSTEM)
                    .run(
                        "work",
                        () -> {
                          started.countDown();
                          go.await();
                          disturbed.set(Thread.currentThread().isInterrupted());
                        });
              } catch (IOException e) {
                disturbed.set(true);
              }
              kept.set(Thread.currentThread().isInterrupted());
            });
    assertTrue(started.await(10, TimeUnit.SECONDS));
    handler.interrupt();
    go.countDown();
    handler.join(10_000);
    assertFalse(disturbed.get());
    assertTrue(kept.get());
  }

  @Test
  void whatTheWorkThrowsComesOut() {
    IOException failure =
        assertThrows(
            IOException.class,
            () ->
                new Uninterrupted(Threads.SYSTEM)
                    .run(
                        "work",
                        () -> {
                          throw new IOException("disk");
                        }));
    assertEquals("disk", failure.getMessage());
    assertThrows(
        IllegalStateException.class,
        () ->
            new Uninterrupted(Threads.SYSTEM)
                .run(
                    "work",
                    () -> {
                      throw new IllegalStateException();
                    }));
  }
}
