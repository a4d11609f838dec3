package io.godwit.messaging;

import io.godwit.contract.Decision;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The decision log on the topic {@code decisions}, which has one partition, so that all agree on
 * its order whichever client wrote a record. A record counts for the migration that its value
 * names.
 */
final class KafkaDecisionLog implements DecisionLog {
  private final KafkaPublisher publisher;
  private final KeptDecisions kept;
  private final TopicTail tail;

  /**
   * @param tail fills what is kept
   */
  KafkaDecisionLog(KafkaPublisher publisher, KeptDecisions kept, TopicTail tail) {
    this.publisher = publisher;
    this.kept = kept;
    this.tail = tail;
  }

  @Override
  public List<Decision> append(Decision decision) {
    String id = decision.getMigrationId();
    RecordMetadata written = publisher.send(Topic.DECISIONS, id, decision);
    // The record itself, not its offset: another topic of this name has the offset, too.
    return tail.expect(() -> kept.has(decision, written.offset()), () -> kept.of(id));
  }

  @Override
  public List<Decision> read(String migrationId) {
    return tail.caughtUp(() -> kept.of(migrationId));
  }

  @Override
  public List<Decision> await(String migrationId, int known, Duration atMost)
      throws InterruptedException {
    return tail.await(() -> kept.count(migrationId) > known, atMost, () -> kept.of(migrationId));
  }

  @Override
  public LogPosition end() {
    return tail.caughtUp((TailReading reading) ->
        new LogPosition(reading.topic().id(), offset(reading.positions())));
  }

  @Override
  public boolean reachesBackTo(LogPosition position) {
    // Before what was read: what this log has lost until then, it has lost.
    long begins = offset(tail.begins());
    return tail.caughtUp((TailReading reading) ->
        reading.topic().id().equals(position.topicId())
            && Math.max(begins, offset(reading.begins())) <= position.offset()
            && offset(reading.positions()) >= position.offset());
  }

  /** Of the one partition. */
  private static long offset(Map<TopicPartition, Long> offsets) {
    return offsets.values().stream().mapToLong(Long::longValue).max().orElse(0);
  }

  @Override
  public void close() {
    tail.close();
  }
}
