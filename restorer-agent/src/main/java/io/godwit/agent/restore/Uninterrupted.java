package io.godwit.agent.restore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Work that nobody may interrupt halfway: between the claim and the outcome an interrupt would look
 * like a failure of the Engine.
 */
final class Uninterrupted {
  private Uninterrupted() {}

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
  static void run(String name, Work work) throws IOException {
    CompletableFuture<Void> end = new CompletableFuture<>();
    java.util.Map<String, String> context = org.slf4j.MDC.getCopyOfContextMap();
    Thread.ofVirtual()
        .name(name)
        .start(() -> {
          if (context != null) {
            org.slf4j.MDC.setContextMap(context);
          }
          try {
            work.run();
            end.complete(null);
          } catch (Throwable e) {
            end.completeExceptionally(e);
          }
        });
    boolean interrupted = false;
    try {
      while (true) {
        try {
          end.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          switch (e.getCause()) {
            case IOException io -> throw io;
            case RuntimeException unchecked -> throw unchecked;
            case Error error -> throw error;
            case null, default ->
                throw new UncheckedIOException(new IOException("the work was cut off", e));
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
