package io.godwit.messaging;

import io.godwit.service.Liveness;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a topic from a moment on, in no group, for who can do without a record: nothing is read
 * twice on purpose, and nothing is missed but what the topic has lost.
 */
public final class Follower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
  private static final Duration POLL = Duration.ofSeconds(1);

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final Instant since;
  private final java.util.function.Consumer<Received> listener;
  private final Liveness.Worker worker;
  private final Sleeper sleeper;
  private final Thread thread;
  private volatile boolean closing;

  /**
   * @param consumer with nothing assigned; this object's to close
   * @param since by the broker's clock
   * @param listener called on a thread of this object; must be quick
   */
  Follower(
      Consumer<byte[], byte[]> consumer,
      String topic,
      Instant since,
      java.util.function.Consumer<Received> listener,
      Liveness.Worker worker,
      Sleeper sleeper) {
    this.consumer = consumer;
    this.topic = topic;
    this.since = since;
    this.listener = listener;
    this.worker = worker;
    this.sleeper = sleeper;
    this.thread = Thread.ofPlatform().daemon().name(topic + "-follower").unstarted(this::run);
  }

  void start() {
    worker.progress();
    thread.start();
  }

  private void run() {
    boolean begun = false;
    try (consumer) {
      while (!closing) {
        try {
          if (!begun) {
            begin();
            begun = true;
          }
          for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            listener.accept(Received.of(record));
          }
        } catch (WakeupException e) {
          LOG.trace("{} woken up", topic);
        } catch (KafkaException e) {
          LOG.warn("{}: Kafka failed; going on in a moment", topic, e);
          sleeper.sleep(POLL);
        }
        worker.progress();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      LOG.error("following {} stopped", topic, e);
      worker.stuck("following " + topic + " stopped: " + e);
    }
  }

  private void begin() {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    Map<TopicPartition, Long> moment = new HashMap<>();
    partitions.forEach(partition -> moment.put(partition, since.toEpochMilli()));
    consumer
        .offsetsForTimes(moment)
        .forEach((partition, found) ->
            Optional.ofNullable(found)
                .ifPresentOrElse(
                    at -> consumer.seek(partition, at.offset()),
                    () -> consumer.seekToEnd(List.of(partition))));
    // Positions are taken lazily; "from now on" is meant.
    partitions.forEach(consumer::position);
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
