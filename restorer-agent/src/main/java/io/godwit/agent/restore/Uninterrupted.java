package io.godwit.agent.restore;

import io.godwit.messaging.MigrationLog;
import io.godwit.service.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Work that nobody may interrupt halfway: between the claim and the outcome an interrupt would look
 * like a failure of the Engine.
 */
final class Uninterrupted {
  private static final Duration GLANCE = Duration.ofMinutes(1);

  private final Threads threads;

  Uninterrupted(Threads threads) {
    this.threads = threads;
  }

  /** The work. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException, InterruptedException;
  }

  /**
   * Does the work on a thread of its own and waits for its end, also while this thread is
   * interrupted; the interrupt is kept for afterwards.
   *
   * @throws IOException what the work throws
   */
  void run(String name, Work work) throws IOException {
    AtomicReference<Optional<Throwable>> failure = new AtomicReference<>(Optional.empty());
    Threads.Started started =
        threads.start(
            name,
            MigrationLog.carried(() -> {
              try {
                work.run();
              } catch (Throwable e) {
                failure.set(Optional.of(e));
              }
            }));
    await(started);
    if (failure.get().isPresent()) {
      switch (failure.get().get()) {
        case IOException io -> throw io;
        case RuntimeException unchecked -> throw unchecked;
        case Error error -> throw error;
        case Throwable e ->
            throw new UncheckedIOException(new IOException("the work was cut off", e));
      }
    }
  }

  private static void await(Threads.Started started) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          if (started.join(GLANCE)) {
            return;
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
