package io.godwit.e2e;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/**
 * A client that increments and checks, through every move: write n raises {@code counter} to n and
 * appends n to {@code tokens} in one transaction. When the connection breaks, it finds the server
 * again at one of its ports and asks there whether the last write had happened.
 */
final class RedisWriter implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration AWAY = Duration.ofMinutes(5);

  private final List<Integer> ports;
  private final AtomicLong acknowledged = new AtomicLong();
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private volatile boolean stopped;

  RedisWriter(List<Integer> ports) {
    this.ports = List.copyOf(ports);
    Thread.ofPlatform()
        .daemon()
        .name("redis-writer")
        .start(() -> {
          try {
            write();
            end.complete(null);
          } catch (Throwable e) {
            end.completeExceptionally(e);
          }
        });
  }

  /** Waits until so many further writes are acknowledged. */
  void awaitMore(int writes) {
    long enough = acknowledged.get() + writes;
    Awaitility.await("write " + enough)
        .atMost(Duration.ofMinutes(2))
        .failFast("the writer has ended: " + end, end::isDone)
        .until(() -> acknowledged.get() >= enough);
  }

  /** Ends after the write under way; how many were acknowledged. */
  long stop() throws InterruptedException, ExecutionException {
    stopped = true;
    end.get();
    return acknowledged.get();
  }

  private void write() throws IOException, InterruptedException {
    while (!stopped) {
      try (RedisClient client = connect()) {
        settle(client);
        while (!stopped) {
          write(client, acknowledged.get() + 1);
          Thread.sleep(5);
        }
      } catch (IOException moved) {
        // The server finds out of it, and so do we: settle() asks what became of the last write.
      }
    }
  }

  private void write(RedisClient client, long n) throws IOException {
    List<String> answers =
        client.askAll(
            List.of(
                new String[] {"MULTI"},
                new String[] {"INCR", "counter"},
                new String[] {"RPUSH", "tokens", "" + n},
                new String[] {"EXEC"}));
    if (!answers.getLast().equals(n + "\n" + n)) {
      throw new AssertionError("write " + n + " was answered with " + answers);
    }
    acknowledged.set(n);
  }

  /** Every acknowledged write is there, and of the one that was under way none or all. */
  private void settle(RedisClient client) throws IOException {
    long sure = acknowledged.get();
    String counter = client.ask("GET", "counter");
    long there = counter.equals("(nil)") ? 0 : Long.parseLong(counter);
    long tokens = Long.parseLong(client.ask("LLEN", "tokens"));
    if (there != tokens || there < sure || there > sure + 1) {
      throw new AssertionError(
          "after %d acknowledged writes the counter is %d and there are %d tokens"
              .formatted(sure, there, tokens));
    }
    acknowledged.set(there);
  }

  private RedisClient connect() throws InterruptedException, IOException {
    long giveUp = System.nanoTime() + AWAY.toNanos();
    while (System.nanoTime() < giveUp) {
      for (int port : ports) {
        try {
          RedisClient client = new RedisClient(port, TIMEOUT);
          try {
            client.ask("PING");
            return client;
          } catch (IOException e) {
            client.close();
          }
        } catch (IOException nobody) {
          // Not here: at the next one, or nowhere yet.
        }
      }
      Thread.sleep(50);
    }
    throw new AssertionError("redis answered nowhere for " + AWAY);
  }

  @Override
  public void close() {
    stopped = true;
  }
}
