package io.godwit.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.service.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TopicChecksTest {
  private static final TopicRules.Cluster THREE_BROKERS =
      new TopicRules.Cluster(List.of(1, 2, 3), (short) 3, Duration.ofDays(7));
  private static final List<Integer> ALL = List.of(1, 2, 3);

  private static TopicRules.Actual asMade(Topic topic) {
    TopicRules rules = TopicRules.of(topic, THREE_BROKERS);
    return new TopicRules.Actual(Map.of(0, ALL), rules.configuration(topic, (short) 3));
  }

  private static TopicRules.Actual with(Topic topic, String key, String value) {
    Map<String, String> configuration = new HashMap<>(asMade(topic).configuration());
    configuration.put(key, value);
    return new TopicRules.Actual(Map.of(0, ALL), configuration);
  }

  private static List<String> problems(Topic topic, TopicRules.Actual actual) {
    return TopicChecks.problems(
        "godwit." + topic.baseName(),
        "kafka:9092",
        TopicRules.of(topic, THREE_BROKERS),
        THREE_BROKERS,
        (short) 3,
        actual);
  }

  private static void refused(Topic topic, String key, String value, String right) {
    List<String> problems = problems(topic, with(topic, key, value));
    assertEquals(1, problems.size(), problems.toString());
    assertTrue(
        problems
            .getFirst()
            .endsWith(
                "kafka-configs.sh --bootstrap-server kafka:9092 --alter --entity-type topics --entity-name godwit.%s --add-config %s=%s"
                    .formatted(topic.baseName(), key, right)),
        problems.getFirst());
  }

  @ParameterizedTest
  @EnumSource
  void topicThatGodwitMadeIsSafe(Topic topic) {
    assertEquals(List.of(), problems(topic, asMade(topic)));
  }

  @Test
  void compactedLogOfDecisionsIsRefused() {
    refused(Topic.DECISIONS, "cleanup.policy", "compact,delete", "delete");
    refused(Topic.REQUESTS, "cleanup.policy", "compact", "delete");
    refused(Topic.DEVICES, "cleanup.policy", "delete", "compact");
  }

  @Test
  void retentionThatForgetsOrRemembersTooLongIsRefused() {
    refused(Topic.DECISIONS, "retention.ms", "604800000", "2592000000");
    refused(Topic.DECISIONS, "retention.bytes", "1000000", "-1");
    refused(Topic.CHECKPOINTS, "retention.ms", "1209600000", "604800000");
    refused(Topic.CHECKPOINTS, "retention.ms", "-1", "604800000");
    refused(Topic.REQUESTS, "retention.ms", "60000", "86400000");
    assertEquals(List.of(), problems(Topic.DECISIONS, with(Topic.DECISIONS, "retention.ms", "-1")));
  }

  @Test
  void whatLosesAcknowledgedRecordsIsRefused() {
    refused(Topic.DECISIONS, "min.insync.replicas", "1", "2");
    refused(Topic.DECISIONS, "min.insync.replicas", "4", "2");
    refused(Topic.DECISIONS, "unclean.leader.election.enable", "true", "false");
    refused(Topic.DECISIONS, "message.timestamp.type", "CreateTime", "LogAppendTime");
    refused(Topic.CONVERSIONS, "max.message.bytes", "1048588", "8388608");
  }

  @Test
  void decisionsInSeveralPartitionsAreRefused() {
    TopicRules.Actual two =
        new TopicRules.Actual(Map.of(0, ALL, 1, ALL), asMade(Topic.DECISIONS).configuration());
    List<String> problems = problems(Topic.DECISIONS, two);
    assertEquals(1, problems.size());
    assertTrue(
        problems
            .getFirst()
            .endsWith(
                "kafka-topics.sh --bootstrap-server kafka:9092 --delete --topic godwit.decisions"),
        problems.getFirst());
    assertEquals(
        List.of(),
        problems(
            Topic.REQUESTS,
            new TopicRules.Actual(Map.of(0, ALL, 1, ALL), asMade(Topic.REQUESTS).configuration())));
  }

  @Test
  void fewerReplicasThanAskedForAreRefusedWithTheBrokersThatAreFree() {
    Map<String, String> one =
        TopicRules.of(Topic.DECISIONS, THREE_BROKERS).configuration(Topic.DECISIONS, (short) 1);
    String problem =
        problems(Topic.DECISIONS, new TopicRules.Actual(Map.of(0, List.of(2)), one)).getFirst();
    assertTrue(
        problem.contains(
            "{\"version\":1,\"partitions\":[{\"topic\":\"godwit.decisions\",\"partition\":0,\"replicas\":[2,1,3]}]}"),
        problem);
  }

  @Test
  void oneBrokerAcknowledgesAloneAndOfThreeTwoDo() {
    assertEquals(1, TopicRules.inSync(1));
    assertEquals(1, TopicRules.inSync(2));
    assertEquals(2, TopicRules.inSync(3));
    Settings asked = new Settings(Map.of("GODWIT_TOPIC_REPLICATION", "2"), () -> "ada");
    assertEquals(2, TopicRules.replication(asked, THREE_BROKERS));
    assertEquals(3, TopicRules.replication(new Settings(Map.of(), () -> "ada"), THREE_BROKERS));
  }

  @Test
  void workIsKeptNoLongerThanOffsetsAre() {
    TopicRules.Cluster twoDays = new TopicRules.Cluster(List.of(1), (short) 1, Duration.ofDays(2));
    assertEquals(
        "172800000",
        TopicRules.of(Topic.REQUESTS, twoDays)
            .configuration(Topic.REQUESTS, (short) 1)
            .get("retention.ms"));
  }
}
