package io.godwit.messaging;

import io.godwit.service.Liveness;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Whom of several processes Kafka has chosen: a group on a topic of one partition, in which nobody
 * reads. It is a hint, no lock: who was chosen may be away for a while and believe it still, so
 * what must be done by one alone needs another proof.
 */
public final class Leadership implements AutoCloseable {
  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final Polling polling;
  private volatile boolean chosen;

  /**
   * @param consumer of the group; this object's to close
   */
  Leadership(
      Consumer<byte[], byte[]> consumer, String topic, Liveness.Worker worker, Sleeper sleeper) {
    this.consumer = consumer;
    this.topic = topic;
    this.polling = new Polling(consumer, topic + "-leadership", this::poll, worker, sleeper);
  }

  void start() {
    consumer.subscribe(List.of(topic), new Choice());
    polling.start();
  }

  /** Whether this process is the one, as far as it knows. */
  public boolean isChosen() {
    return chosen;
  }

  private void poll() {
    try {
      // Everything is paused: it is polled for the group's sake.
      consumer.poll(Polling.PERIOD);
    } catch (WakeupException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      chosen = false;
      throw e;
    }
  }

  @Override
  public void close() {
    polling.close();
    chosen = false;
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
