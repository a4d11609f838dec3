package io.godwit.checkpointer.work;

import io.godwit.messaging.MigrationLog;
import io.godwit.service.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** Work on a thread beside, which need not be waited for. */
final class Beside<T> {
  private static final Duration GLANCE = Duration.ofMinutes(1);

  private final Threads.Started thread;
  private final AtomicReference<End<T>> end = new AtomicReference<>(new End.NotYet<>());

  /** What is done. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws Exception;
  }

  private sealed interface End<T> {
    record NotYet<T>() implements End<T> {}

    record Done<T>(T value) implements End<T> {}

    record Failed<T>(Throwable why) implements End<T> {}
  }

  private Beside(Threads threads, String name, Work<T> work) {
    this.thread = threads.start(name, MigrationLog.carried(() -> run(work)));
  }

  static <T> Beside<T> begin(Threads threads, String name, Work<T> work) {
    return new Beside<>(threads, name, work);
  }

  private void run(Work<T> work) {
    try {
      end.set(new End.Done<>(work.run()));
    } catch (Throwable e) {
      // Errors, too: they are thrown where it is waited for.
      end.set(new End.Failed<>(e));
    }
  }

  /** Waits at most so long; says whether it has come to its end. */
  boolean isOver(Duration atMost) throws InterruptedException {
    return thread.join(atMost);
  }

  /** Has it stop where it waits. */
  void takeBack() {
    thread.interrupt();
  }

  /** {@link #get}, of work that may fail so. */
  T orFailure() throws IOException, InterruptedException {
    try {
      return get();
    } catch (IllegalStateException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw e;
    }
  }

  /** Waits for what comes of it, however long that takes; who is interrupted takes it back. */
  T get() throws InterruptedException {
    try {
      while (!thread.join(GLANCE)) {
        // There is nothing else to do.
      }
    } catch (InterruptedException e) {
      takeBack();
      throw e;
    }
    return switch (end.get()) {
      case End.Done<T>(T value) -> value;
      case End.Failed<T>(Error error) -> throw error;
      case End.Failed<T>(RuntimeException fault) -> throw fault;
      case End.Failed<T>(InterruptedException _) -> throw new InterruptedException("taken back");
      case End.Failed<T>(Throwable why) -> throw new IllegalStateException(why);
      case End.NotYet<T> _ -> throw new IllegalStateException("its thread ended without a word");
    };
  }
}
