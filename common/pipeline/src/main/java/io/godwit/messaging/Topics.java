package io.godwit.messaging;

import io.godwit.service.Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the topics that are missing; those that stand are left as they are. */
final class Topics {
  private static final Logger LOG = LoggerFactory.getLogger(Topics.class);
  private static final long DAY_MS = 24L * 60 * 60 * 1000;

  private Topics() {}

  /** Returns the names of those that were created. */
  static List<String> create(Admin admin, Settings settings) {
    List<NewTopic> wanted =
        Arrays.stream(Topic.values()).map(topic -> describe(topic, settings)).toList();
    List<String> created = new ArrayList<>();
    for (Map.Entry<String, KafkaFuture<Void>> answer :
        admin.createTopics(wanted).values().entrySet()) {
      try {
        answer.getValue().get();
        created.add(answer.getKey());
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw new MessagingException(
              "Kafka at %s did not create the topic %s: %s"
                  .formatted(settings.kafka(), answer.getKey(), e.getCause()),
              e);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new MessagingException("interrupted while creating topics", e);
      }
    }
    if (!created.isEmpty()) {
      LOG.info("created the topics {}", created);
    }
    return created;
  }

  private static NewTopic describe(Topic topic, Settings settings) {
    Optional<Short> replicas =
        Optional.of(settings.topicReplication()).filter(replication -> replication > 0);
    return new NewTopic(
            settings.topicPrefix() + topic.baseName(),
            Optional.of(partitions(topic, settings)),
            replicas)
        .configs(configuration(topic));
  }

  private static int partitions(Topic topic, Settings settings) {
    return switch (topic) {
      // One order for everybody, whichever way a client spreads keys over partitions.
      case DECISIONS, DEVICES, DEAD_LETTERS -> 1;
      case REQUESTS, PREPARATIONS, PAGES, REHEARSALS, CHECKPOINTS, CONVERSIONS, EVENTS ->
          settings.topicPartitions();
    };
  }

  private static Map<String, String> configuration(Topic topic) {
    Map<String, String> configuration = new HashMap<>();
    int largest =
        topic == Topic.DEAD_LETTERS
            ? KafkaClients.LARGEST_DEAD_LETTER_BYTES
            : KafkaClients.LARGEST_RECORD_BYTES;
    configuration.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(largest));
    switch (topic) {
      case DEVICES -> {
        configuration.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
        // Heartbeats come often; without this the table is read from a log of days.
        configuration.put(TopicConfig.SEGMENT_MS_CONFIG, Long.toString(DAY_MS / 24));
        configuration.put(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1");
      }
      case DECISIONS, EVENTS, DEAD_LETTERS -> retain(configuration, 30);
      // Not longer than Kafka keeps the offsets of a group that is away (7 days by default):
      // a machine that comes back later than that must not find its old work again.
      case REQUESTS, PREPARATIONS, PAGES, REHEARSALS, CHECKPOINTS, CONVERSIONS ->
          retain(configuration, 7);
    }
    return configuration;
  }

  private static void retain(Map<String, String> configuration, int days) {
    configuration.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
    configuration.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(days * DAY_MS));
    configuration.put(TopicConfig.RETENTION_BYTES_CONFIG, "-1");
  }
}
