package io.godwit.messaging;

import io.godwit.service.Liveness;
import java.time.Duration;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls a consumer on a thread of its own until it is closed, and goes on where Kafka fails for a
 * while. One that cannot go on says so to the service's {@link Liveness}.
 */
final class Polling implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Polling.class);

  /** How long a poll waits, and how long it is waited after one that failed. */
  static final Duration PERIOD = Duration.ofSeconds(1);

  private final Consumer<byte[], byte[]> consumer;
  private final String what;
  private final Runnable poll;
  private final Liveness.Worker worker;
  private final Sleeper sleeper;
  private final Thread thread;
  private volatile boolean closing;

  /**
   * @param consumer this object's to close
   * @param what the thread's name, and for messages
   * @param poll polls once; called on that thread alone
   */
  Polling(
      Consumer<byte[], byte[]> consumer,
      String what,
      Runnable poll,
      Liveness.Worker worker,
      Sleeper sleeper) {
    this.consumer = consumer;
    this.what = what;
    this.poll = poll;
    this.worker = worker;
    this.sleeper = sleeper;
    this.thread = Thread.ofPlatform().daemon().name(what).unstarted(this::run);
  }

  void start() {
    worker.progress();
    thread.start();
  }

  private void run() {
    try (consumer) {
      while (!closing) {
        try {
          poll.run();
        } catch (WakeupException e) {
          LOG.trace("{} woken up", what);
        } catch (KafkaException e) {
          LOG.warn("{}: Kafka failed; going on in a moment", what, e);
          sleeper.sleep(PERIOD);
        }
        worker.progress();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      LOG.error("{} stopped", what, e);
      worker.stuck(what + " stopped: " + e);
    }
  }

  @Override
  public void close() {
    closing = true;
    consumer.wakeup();
    try {
      thread.join(KafkaClients.PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    worker.close();
  }
}
