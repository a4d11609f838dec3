package io.godwit.blob;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several requests to the store at a time. */
final class Together {
  private static final int AT_ONCE = 4;

  private Together() {}

  /**
   * Does all of it.
   *
   * @throws IOException the first failure; what has not begun by then is left out
   */
  static void run(List<Callable<Void>> works) throws IOException {
    if (works.size() == 1) {
      one(works.getFirst());
      return;
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE, daemon())) {
      List<Future<Void>> futures = new ArrayList<>();
      works.forEach(work -> futures.add(threads.submit(work)));
      try {
        for (Future<Void> future : futures) {
          future.get();
        }
      } catch (ExecutionException e) {
        futures.forEach(future -> future.cancel(false));
        throw failure(e.getCause() == null ? e : e.getCause());
      } catch (InterruptedException e) {
        threads.shutdownNow();
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while the blob store was asked", e);
      }
    }
  }

  private static java.util.concurrent.ThreadFactory daemon() {
    return Thread.ofVirtual().name("blobs-", 0).factory();
  }

  private static void one(Callable<Void> work) throws IOException {
    try {
      work.call();
    } catch (Exception e) {
      throw failure(e);
    }
  }

  private static IOException failure(Throwable cause) {
    return switch (cause) {
      case IOException io -> io;
      case RuntimeException unchecked -> throw unchecked;
      case Error error -> throw error;
      default -> new IOException(cause);
    };
  }
}
