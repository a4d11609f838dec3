package io.godwit.messaging;

import io.godwit.service.Settings;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.config.TopicConfig;

/**
 * How a topic must be for the promise to hold, and how it is made. What is not named here is the
 * operator's.
 *
 * <table>
 *   <caption>Why</caption>
 *   <tr><td>one partition</td><td>one order for everybody, whichever way a client spreads keys</td></tr>
 *   <tr><td>cleanup</td><td>compaction keeps the last word of a key: the first one decides</td></tr>
 *   <tr><td>decisions 30 days</td><td>a host that comes back later finds a log that has forgotten</td></tr>
 *   <tr><td>batches one partition, 30 days</td><td>places on hosts and devices are handed out over
 *     all batches, by one leader; a batch is all of its records, and compaction keeps the last</td></tr>
 *   <tr><td>work at most as long as offsets</td><td>a machine that was away longer than its group's
 *     offsets are kept must not find its old work again</td></tr>
 *   <tr><td>work a day</td><td>a request is good for a day when it does not say how long</td></tr>
 *   <tr><td>the broker's clock</td><td>a board without a clock writes 1970, and retention goes by what
 *     is written</td></tr>
 *   <tr><td>in-sync replicas</td><td>what is acknowledged survives the loss of a broker</td></tr>
 * </table>
 *
 * @param partitions exactly this many; empty: any number
 * @param cleanup the policy that must be among those that are set
 * @param alone whether it must be the only policy
 * @param least how long records are kept at least
 * @param most how long at most
 * @param decides whether migrations are decided by it
 */
record TopicRules(
    OptionalInt partitions,
    String cleanup,
    boolean alone,
    Optional<Duration> least,
    Optional<Duration> most,
    int largestRecord,
    boolean decides) {
  private static final Duration KEPT = Duration.ofDays(30);
  private static final Duration A_DAY = Duration.ofDays(1);
  private static final Duration WORK = Duration.ofDays(7);
  private static final short SAFE_REPLICATION = 3;

  /** What the brokers say of themselves; for new topics and for how long offsets are kept. */
  record Cluster(List<Integer> ids, short defaultReplication, Duration offsetsKept) {
    int brokers() {
      return ids.size();
    }
  }

  /**
   * A topic that is there.
   *
   * @param replicas brokers of each partition
   * @param configuration what holds for it, defaults included
   */
  record Actual(Map<Integer, List<Integer>> replicas, Map<String, String> configuration) {
    int replication() {
      return replicas.values().stream().mapToInt(List::size).min().orElse(0);
    }

    String value(String key) {
      return configuration.getOrDefault(key, "");
    }

    long number(String key) {
      try {
        return Long.parseLong(value(key));
      } catch (NumberFormatException e) {
        return Long.MIN_VALUE;
      }
    }

    List<String> policies() {
      return Arrays.stream(value(TopicConfig.CLEANUP_POLICY_CONFIG).split(","))
          .map(String::strip)
          .toList();
    }
  }

  static TopicRules of(Topic topic, Cluster cluster) {
    int largest =
        topic == Topic.DEAD_LETTERS
            ? KafkaClients.LARGEST_DEAD_LETTER_BYTES
            : KafkaClients.LARGEST_RECORD_BYTES;
    return switch (topic) {
      case DECISIONS, BATCHES ->
          new TopicRules(
              OptionalInt.of(1),
              "delete",
              true,
              Optional.of(KEPT),
              Optional.empty(),
              largest,
              topic == Topic.DECISIONS);
      case DEVICES, HOSTS ->
          new TopicRules(
              OptionalInt.of(1),
              "compact",
              false,
              Optional.empty(),
              Optional.empty(),
              largest,
              false);
      case DEAD_LETTERS ->
          new TopicRules(
              OptionalInt.of(1),
              "delete",
              true,
              Optional.of(A_DAY),
              Optional.empty(),
              largest,
              false);
      case EVENTS ->
          new TopicRules(
              OptionalInt.empty(),
              "delete",
              true,
              Optional.empty(),
              Optional.empty(),
              largest,
              false);
      case REQUESTS, PREPARATIONS, PAGES, REHEARSALS, CHECKPOINTS, CONVERSIONS ->
          new TopicRules(
              OptionalInt.empty(),
              "delete",
              true,
              Optional.of(A_DAY),
              Optional.of(cluster.offsetsKept()),
              largest,
              false);
    };
  }

  /** Of a topic that is made. */
  static short replication(Settings settings, Cluster cluster) {
    short asked = settings.topicReplication();
    return asked < 0 ? cluster.defaultReplication() : asked;
  }

  /** How many replicas must have a record before it is acknowledged. */
  static int inSync(int replication) {
    return replication >= SAFE_REPLICATION ? 2 : 1;
  }

  /** How a topic is made. */
  Map<String, String> configuration(Topic topic, short replication) {
    Map<String, String> configuration = new HashMap<>();
    configuration.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(largestRecord));
    configuration.put(TopicConfig.CLEANUP_POLICY_CONFIG, cleanup);
    configuration.put(
        TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(inSync(replication)));
    configuration.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
    configuration.put(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false");
    if (topic == Topic.DEVICES || topic == Topic.HOSTS) {
      // Heartbeats come often; without this the table is read from a log of days.
      configuration.put(
          TopicConfig.SEGMENT_MS_CONFIG, Long.toString(Duration.ofHours(1).toMillis()));
      configuration.put(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1");
    } else {
      Duration kept = most.map(longest -> shorter(longest, WORK)).orElse(KEPT);
      configuration.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(kept.toMillis()));
      configuration.put(TopicConfig.RETENTION_BYTES_CONFIG, "-1");
    }
    return configuration;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
