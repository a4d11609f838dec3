package io.godwit.messaging;

import com.google.protobuf.InvalidProtocolBufferException;
import io.godwit.contract.Decision;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decision log on the topic {@code decisions}, which has one partition, so that all agree on
 * its order whichever client wrote a record. A record counts for the migration that its value
 * names.
 */
final class KafkaDecisionLog implements DecisionLog {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaDecisionLog.class);

  /** Decisions as they stand in the log, by migration; read and written under the tail's lock. */
  static final class Records implements TopicTail.Sink {
    private final Map<String, List<Decision>> byMigration = new HashMap<>();

    @Override
    public void take(String key, byte[] value) {
      try {
        Decision decision = Decision.parseFrom(value);
        byMigration
            .computeIfAbsent(decision.getMigrationId(), id -> new ArrayList<>())
            .add(decision);
      } catch (InvalidProtocolBufferException e) {
        LOG.warn("a record of {} in the decision log is none: {}", key, e.getMessage());
      }
    }

    List<Decision> of(String migrationId) {
      return List.copyOf(byMigration.getOrDefault(migrationId, List.of()));
    }
  }

  private final KafkaPublisher publisher;
  private final Records records;
  private final TopicTail tail;

  /**
   * @param tail fills the records
   */
  KafkaDecisionLog(KafkaPublisher publisher, Records records, TopicTail tail) {
    this.publisher = publisher;
    this.records = records;
    this.tail = tail;
  }

  @Override
  public List<Decision> append(Decision decision) {
    String migrationId = decision.getMigrationId();
    RecordMetadata written =
        publisher.send(
            Topic.DECISIONS, migrationId.getBytes(StandardCharsets.UTF_8), decision.toByteArray());
    tail.reach(
        Map.of(new TopicPartition(written.topic(), written.partition()), written.offset() + 1));
    return tail.read(() -> records.of(migrationId));
  }

  @Override
  public List<Decision> read(String migrationId) {
    tail.catchUp();
    return tail.read(() -> records.of(migrationId));
  }

  @Override
  public List<Decision> await(String migrationId, int known, Duration atMost)
      throws InterruptedException {
    tail.await(() -> records.of(migrationId).size() > known, atMost);
    return tail.read(() -> records.of(migrationId));
  }

  @Override
  public LogPosition end() {
    return tail.end();
  }

  @Override
  public boolean reachesBackTo(LogPosition position) {
    return tail.reachesBackTo(position);
  }

  @Override
  public void close() {
    tail.close();
  }
}
