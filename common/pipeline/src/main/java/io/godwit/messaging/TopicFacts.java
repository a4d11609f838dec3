package io.godwit.messaging;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** What the broker says of one topic. */
final class TopicFacts implements AutoCloseable {
  /**
   * Which topic a name stands for.
   *
   * @param id Kafka's (KIP-516): one that was made anew has another
   */
  record Identity(String id, Set<TopicPartition> partitions) {}

  private static final int OFFSETS_MS = 10_000;

  private final Admin admin;
  private final String topic;
  private final BrokerAnswer answer;

  /**
   * @param admin this one's to close
   * @param brokers for messages
   */
  TopicFacts(Admin admin, String topic, String brokers) {
    this.admin = admin;
    this.topic = topic;
    this.answer = new BrokerAnswer(brokers, topic);
  }

  /**
   * @throws MessagingException when the broker does not answer, or there is no such topic: then its
   *     cause is Kafka's UnknownTopicOrPartitionException
   */
  Identity identity() {
    TopicDescription description =
        answer
            .to(admin.describeTopics(List.of(topic)).allTopicNames(), not("which it is"))
            .values()
            .stream()
            .findFirst()
            .orElseThrow();
    return new Identity(
        description.topicId().toString(),
        description.partitions().stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .collect(Collectors.toUnmodifiableSet()));
  }

  /** The offset of the first record that is still there, of each partition. */
  Map<TopicPartition, Long> begins(Set<TopicPartition> partitions) {
    return offsets(partitions, OffsetSpec.earliest());
  }

  /** The offset after the last record, of each partition. */
  Map<TopicPartition, Long> ends(Set<TopicPartition> partitions) {
    return offsets(partitions, OffsetSpec.latest());
  }

  private Map<TopicPartition, Long> offsets(Set<TopicPartition> partitions, OffsetSpec which) {
    Map<TopicPartition, OffsetSpec> asked =
        partitions.stream().collect(Collectors.toMap(partition -> partition, _ -> which));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    answer
        .to(
            admin
                .listOffsets(
                    asked,
                    // Of a topic that was deleted it would be asked for as long as may be.
                    new ListOffsetsOptions(IsolationLevel.READ_COMMITTED).timeoutMs(OFFSETS_MS))
                .all(),
            not("where it begins and ends"))
        .forEach((partition, info) -> offsets.put(partition, info.offset()));
    return offsets;
  }

  private String not(String said) {
    return "did not say of %s %s".formatted(topic, said);
  }

  @Override
  public void close() {
    admin.close(KafkaClients.PATIENCE);
  }
}
