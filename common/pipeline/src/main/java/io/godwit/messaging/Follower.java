package io.godwit.messaging;

import io.godwit.service.Liveness;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a topic from a moment on, in no group, for who can do without a record: nothing is read
 * twice on purpose, and nothing is missed but what the topic has lost.
 */
public final class Follower implements AutoCloseable {
  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final Instant since;
  private final java.util.function.Consumer<Received> listener;
  private final Polling polling;
  private boolean begun;

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
    this.polling = new Polling(consumer, topic + "-follower", this::poll, worker, sleeper);
  }

  void start() {
    polling.start();
  }

  private void poll() {
    if (!begun) {
      begin();
      begun = true;
    }
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Polling.PERIOD)) {
      listener.accept(Received.of(record));
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
    polling.close();
  }
}
