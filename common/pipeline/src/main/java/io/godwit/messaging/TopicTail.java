package io.godwit.messaging;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a topic from its beginning and stays at its end, on a thread of its own. What its sink has
 * taken is read under the tail's lock; {@link #catchUp} waits until all that stood in the topic at
 * the time of the call is taken.
 */
public final class TopicTail implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicTail.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration AFTER_AN_ERROR = Duration.ofSeconds(1);

  /** Takes a record, in order within a partition; called under the lock, so it must be quick. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes one.
     *
     * @param value empty for a tombstone
     */
    void take(String key, byte[] value);
  }

  private final Consumer<byte[], byte[]> consumer;
  private final Admin admin;
  private final String topic;
  private final String brokers;
  private final Sink sink;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final Thread thread;
  private volatile boolean closing;

  TopicTail(
      Consumer<byte[], byte[]> consumer, Admin admin, String topic, String brokers, Sink sink) {
    this.consumer = consumer;
    this.admin = admin;
    this.topic = topic;
    this.brokers = brokers;
    this.sink = sink;
    this.thread = Thread.ofPlatform().daemon().name(topic + "-tail").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /**
   * Waits until the sink has taken what stands in the topic now.
   *
   * @throws MessagingException when the broker does not answer in time
   */
  public void catchUp() {
    reach(ends());
  }

  /** Waits until the sink has taken everything before these offsets. */
  void reach(Map<TopicPartition, Long> offsets) {
    try {
      if (!await(() -> behind(offsets).isEmpty(), KafkaClients.PATIENCE)) {
        throw new MessagingException(
            "Kafka at %s did not deliver %s up to %s within %d s"
                .formatted(brokers, topic, offsets, KafkaClients.PATIENCE.toSeconds()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MessagingException("interrupted while reading " + topic, e);
    }
  }

  /**
   * Waits until the condition holds, which is asked under the lock whenever the sink took
   * something.
   *
   * @return whether it holds
   */
  public boolean await(BooleanSupplier condition, Duration atMost) throws InterruptedException {
    long left = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      while (!condition.getAsBoolean()) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Reads what the sink has gathered. */
  public <T> T read(Supplier<T> reading) {
    lock.lock();
    try {
      return reading.get();
    } finally {
      lock.unlock();
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
    admin.close(Duration.ofSeconds(5));
  }

  private void run() {
    try (consumer) {
      while (!closing) {
        try {
          if (consumer.assignment().isEmpty() && !assign()) {
            Thread.sleep(AFTER_AN_ERROR);
          } else {
            deliver();
          }
        } catch (WakeupException e) {
          LOG.trace("{} woken up", topic);
        } catch (KafkaException e) {
          LOG.warn("reading {} failed; going on", topic, e);
          Thread.sleep(AFTER_AN_ERROR);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the topic is there. */
  private boolean assign() {
    List<TopicPartition> partitions =
        Optional.ofNullable(consumer.partitionsFor(topic)).stream()
            .flatMap(Collection::stream)
            .map((PartitionInfo info) -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return !partitions.isEmpty();
  }

  private void deliver() {
    var records = consumer.poll(POLL);
    lock.lock();
    try {
      for (ConsumerRecord<byte[], byte[]> record : records) {
        take(record);
      }
    } finally {
      lock.unlock();
    }
    // Not from the records: positions also pass what was deleted, compacted away or aborted.
    Map<TopicPartition, Long> now = new HashMap<>();
    for (TopicPartition partition : consumer.assignment()) {
      now.put(partition, consumer.position(partition));
    }
    lock.lock();
    try {
      if (!now.equals(positions)) {
        positions.putAll(now);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    try {
      sink.take(Bytes.text(record.key()), Bytes.orEmpty(record.value()));
    } catch (RuntimeException e) {
      // One bad record must not hide those behind it.
      LOG.warn("{}-{}@{} is passed over", topic, record.partition(), record.offset(), e);
    }
  }

  private Map<TopicPartition, Long> behind(Map<TopicPartition, Long> offsets) {
    return offsets.entrySet().stream()
        .filter(end -> positions.getOrDefault(end.getKey(), 0L) < end.getValue())
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** Where the one partition of the topic ends now. */
  LogPosition end() {
    long offset = ends().values().stream().mapToLong(Long::longValue).max().orElse(0);
    return new LogPosition(topicId(), offset);
  }

  /** Whether the one partition still has everything from a position on. */
  boolean reachesBackTo(LogPosition position) {
    return topicId().equals(position.topicId())
        && offsets(OffsetSpec.earliest()).values().stream()
            .allMatch(earliest -> earliest <= position.offset())
        && ends().values().stream().allMatch(end -> end >= position.offset());
  }

  private String topicId() {
    try {
      return admin
          .describeTopics(List.of(topic))
          .allTopicNames()
          .get()
          .values()
          .iterator()
          .next()
          .topicId()
          .toString();
    } catch (ExecutionException e) {
      throw new MessagingException(
          "Kafka at %s did not say which topic %s is: %s".formatted(brokers, topic, e.getCause()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MessagingException("interrupted while asking for " + topic, e);
    }
  }

  private Map<TopicPartition, Long> ends() {
    return offsets(OffsetSpec.latest());
  }

  private Map<TopicPartition, Long> offsets(OffsetSpec which) {
    try {
      Map<TopicPartition, OffsetSpec> asked =
          admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
              .flatMap(description -> description.partitions().stream())
              .map(partition -> new TopicPartition(topic, partition.partition()))
              .collect(Collectors.toMap(partition -> partition, partition -> which));
      Map<TopicPartition, Long> ends = new HashMap<>();
      for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end :
          admin
              .listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
              .all()
              .get()
              .entrySet()) {
        ends.put(end.getKey(), end.getValue().offset());
      }
      return ends;
    } catch (ExecutionException e) {
      throw new MessagingException(
          "Kafka at %s did not say where %s ends: %s".formatted(brokers, topic, e.getCause()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MessagingException("interrupted while asking where " + topic + " ends", e);
    }
  }
}
