package io.godwit.messaging;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.TopicConfig;

/**
 * What is unsafe about a topic that is there: one sentence for each, with the command that mends it
 * (Kafka's own tools; some distributions call them without {@code .sh}).
 */
final class TopicChecks {
  private final String name;
  private final String brokers;
  private final TopicRules rules;
  private final TopicRules.Cluster cluster;
  private final TopicRules.Actual actual;
  private final List<String> problems = new ArrayList<>();

  private TopicChecks(
      String name,
      String brokers,
      TopicRules rules,
      TopicRules.Cluster cluster,
      TopicRules.Actual actual) {
    this.name = name;
    this.brokers = brokers;
    this.rules = rules;
    this.cluster = cluster;
    this.actual = actual;
  }

  /**
   * @param brokers as the tools are told
   * @param replication at least; −1 leaves it to the brokers
   */
  static List<String> problems(
      String name,
      String brokers,
      TopicRules rules,
      TopicRules.Cluster cluster,
      short replication,
      TopicRules.Actual actual) {
    TopicChecks checks = new TopicChecks(name, brokers, rules, cluster, actual);
    checks.partitions();
    checks.cleanup();
    checks.retention();
    checks.recordSize();
    checks.replication(replication);
    checks.inSync();
    if (rules.decides()) {
      checks.decides();
    }
    return List.copyOf(checks.problems);
  }

  private void partitions() {
    int found = actual.replicas().size();
    rules
        .partitions()
        .ifPresent(wanted -> {
          if (found != wanted) {
            problems.add(
                "%s has %d partitions and must have %d, so that all see one order. Partitions cannot be taken away: when no migration is under way, delete it, and it is made anew at the next start: kafka-topics.sh --bootstrap-server %s --delete --topic %s"
                    .formatted(name, found, wanted, brokers, name));
          }
        });
  }

  private void cleanup() {
    List<String> policies = actual.policies();
    boolean right = policies.contains(rules.cleanup()) && (!rules.alone() || policies.size() == 1);
    if (!right) {
      wrong(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          rules.cleanup(),
          rules.alone()
              ? "compaction drops all but the last record of a key"
              : "its table would be read from all that was ever said");
    }
  }

  private void retention() {
    if (!actual.policies().contains("delete")) {
      return;
    }
    long kept = actual.number(TopicConfig.RETENTION_MS_CONFIG);
    boolean forever = kept == -1;
    rules
        .least()
        .filter(least -> !forever && kept < least.toMillis())
        .ifPresent(least ->
            wrong(
                TopicConfig.RETENTION_MS_CONFIG,
                millis(least),
                "records must be kept for at least " + days(least)));
    rules
        .most()
        .filter(most -> forever || kept > most.toMillis())
        .ifPresent(most ->
            wrong(
                TopicConfig.RETENTION_MS_CONFIG,
                millis(most),
                "the brokers keep a group's offsets for %s (offsets.retention.minutes), and a machine that was away for longer must not find its old work again"
                    .formatted(days(most))));
    if (rules.least().isPresent() && actual.number(TopicConfig.RETENTION_BYTES_CONFIG) != -1) {
      wrong(TopicConfig.RETENTION_BYTES_CONFIG, "-1", "records must not go because others came");
    }
  }

  private void recordSize() {
    if (actual.number(TopicConfig.MAX_MESSAGE_BYTES_CONFIG) < rules.largestRecord()) {
      wrong(
          TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
          Integer.toString(rules.largestRecord()),
          "a record may hold a container's whole description");
    }
  }

  private void replication(short wanted) {
    int found = actual.replication();
    if (found >= wanted) {
      return;
    }
    if (cluster.brokers() < wanted) {
      problems.add(
          "%s has %d replicas, GODWIT_TOPIC_REPLICATION asks for %d, and there are %d brokers: add brokers, or set GODWIT_TOPIC_REPLICATION=%d"
              .formatted(name, found, wanted, cluster.brokers(), cluster.brokers()));
      return;
    }
    problems.add(
        "%s has %d replicas and GODWIT_TOPIC_REPLICATION asks for %d: echo '%s' > /tmp/replicas.json && kafka-reassign-partitions.sh --bootstrap-server %s --reassignment-json-file /tmp/replicas.json --execute"
            .formatted(name, found, wanted, reassignment(wanted), brokers));
  }

  /** Those that have a partition keep it, and further brokers get it, too. */
  private String reassignment(short wanted) {
    Map<Integer, List<Integer>> sorted = new TreeMap<>(actual.replicas());
    return sorted.entrySet().stream()
        .map(partition ->
            "{\"topic\":\"%s\",\"partition\":%d,\"replicas\":%s}"
                .formatted(
                    name,
                    partition.getKey(),
                    Stream.concat(
                            partition.getValue().stream(),
                            cluster.ids().stream().filter(id -> !partition.getValue().contains(id)))
                        .limit(wanted)
                        .map(String::valueOf)
                        .collect(Collectors.joining(",", "[", "]"))))
        .collect(Collectors.joining(",", "{\"version\":1,\"partitions\":[", "]}"));
  }

  private void inSync() {
    long found = actual.number(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG);
    int replication = actual.replication();
    if (found < TopicRules.inSync(replication)) {
      wrong(
          TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
          Integer.toString(TopicRules.inSync(replication)),
          "what one broker alone has acknowledged is gone with it");
    } else if (found > replication) {
      wrong(
          TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
          Integer.toString(TopicRules.inSync(replication)),
          "it has %d replicas, so nothing could ever be written".formatted(replication));
    }
  }

  private void decides() {
    if (!"LogAppendTime".equals(actual.value(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG))) {
      wrong(
          TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
          "LogAppendTime",
          "what a machine with a wrong clock decides would be deleted early, or not be taken");
    }
    if (!"false".equals(actual.value(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG))) {
      wrong(
          TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG,
          "false",
          "a broker that lags behind would lead, and what was decided would be forgotten");
    }
  }

  private void wrong(String key, String right, String why) {
    problems.add(
        "%s has %s=%s and needs %s: %s. kafka-configs.sh --bootstrap-server %s --alter --entity-type topics --entity-name %s --add-config %s=%s"
            .formatted(name, key, actual.value(key), right, why, brokers, name, key, right));
  }

  private static String millis(Duration duration) {
    return Long.toString(duration.toMillis());
  }

  private static String days(Duration duration) {
    return duration.toHours() % 24 == 0
        ? duration.toDays() + " days"
        : duration.toMinutes() + " minutes";
  }
}
