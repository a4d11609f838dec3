package io.godwit.messaging;

import io.godwit.service.Liveness;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom of several processes Kafka has chosen: a group on a topic of one partition, in which nobody
 * reads. It is a hint, no lock: who was chosen may be away for a while and believe it still, so
 * what must be done by one alone needs another proof.
 */
public final class Leadership implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
  private static final Duration POLL = Duration.ofSeconds(1);

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final Liveness.Worker worker;
  private final Sleeper sleeper;
  private final Thread thread;
  private volatile boolean chosen;
  private volatile boolean closing;

  /**
   * @param consumer of the group; this object's to close
   */
  Leadership(
      Consumer<byte[], byte[]> consumer, String topic, Liveness.Worker worker, Sleeper sleeper) {
    this.consumer = consumer;
    this.topic = topic;
    this.worker = worker;
    this.sleeper = sleeper;
    this.thread = Thread.ofPlatform().daemon().name(topic + "-leadership").unstarted(this::run);
  }

  void start() {
    worker.progress();
    thread.start();
  }

  /** Whether this process is the one, as far as it knows. */
  public boolean isChosen() {
    return chosen;
  }

  private void run() {
    try (consumer) {
      consumer.subscribe(List.of(topic), new Choice());
      while (!closing) {
        poll();
        worker.progress();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      LOG.error("nobody says any more who leads {}", topic, e);
      worker.stuck("the group on " + topic + " was left: " + e);
    } finally {
      chosen = false;
    }
  }

  private void poll() throws InterruptedException {
    try {
      // Everything is paused: it is polled for the group's sake.
      consumer.poll(POLL);
    } catch (WakeupException e) {
      LOG.trace("{} woken up", topic);
    } catch (KafkaException e) {
      LOG.warn("{}: Kafka failed; going on in a moment", topic, e);
      chosen = false;
      sleeper.sleep(POLL);
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

  private final class Choice implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      consumer.pause(partitions);
      chosen = !consumer.assignment().isEmpty();
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      if (!partitions.isEmpty()) {
        chosen = false;
      }
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      chosen = false;
    }
  }
}
