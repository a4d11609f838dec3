package io.godwit.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a topic as a spectator: without a group, so that reading takes nothing from the services.
 * Records that cannot be parsed are passed over: the services put them to the dead letters.
 */
final class TopicReader<T extends MessageLite> implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final Consumer<byte[], byte[]> consumer;
  private final Parser<T> parser;
  private final List<TopicPartition> partitions;

  TopicReader(Consumer<byte[], byte[]> consumer, String topic, Parser<T> parser) {
    this.consumer = consumer;
    this.parser = parser;
    List<PartitionInfo> infos = consumer.partitionsFor(topic);
    partitions =
        infos.stream().map(info -> new TopicPartition(info.topic(), info.partition())).toList();
    consumer.assign(partitions);
  }

  /** Everything from the beginning to the end as of now, in the order of each partition. */
  List<T> readAll() {
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    List<T> values = new ArrayList<>();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      values.addAll(poll());
    }
    return values;
  }

  /** From here on {@link #poll} gives only what is published later. */
  void skipToEnd() {
    consumer.seekToEnd(partitions);
    // The position is taken lazily; asking for it here makes "later" mean after this call.
    partitions.forEach(consumer::position);
  }

  /** What has come since the last call; waits a moment when nothing has. */
  List<T> poll() {
    List<T> values = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> one : consumer.poll(POLL)) {
      try {
        if (one.value() != null) {
          values.add(parser.parseFrom(one.value()));
        }
      } catch (InvalidProtocolBufferException e) {
        System.err.printf(
            "passed over %s-%d@%d: not a record of ours%n",
            one.topic(), one.partition(), one.offset());
      }
    }
    return values;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
