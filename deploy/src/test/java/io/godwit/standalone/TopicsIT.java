package io.godwit.standalone;

import static io.godwit.standalone.Lab.QUICK;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Party;
import io.godwit.messaging.Topic;
import io.godwit.service.Setting;
import io.godwit.service.SettingsException;
import io.godwit.standalone.Brokers.Broker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** Topics that stand already, on a real broker: what is unsafe is refused, and mended as told. */
@ParameterizedClass
@ArgumentsSource(Brokers.class)
class TopicsIT {
  @Parameter private Broker broker;
  private Lab lab;
  private KafkaMessaging service;

  @BeforeEach
  void makeTopics() {
    lab = Lab.on(broker.bootstrap());
    service = lab.service("checkpointer", QUICK);
  }

  @AfterEach
  void leaveTopics() throws Exception {
    lab.close();
  }

  private void set(Topic topic, String key, String value) throws Exception {
    try (Admin admin = lab.admin()) {
      ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, lab.nameOf(topic));
      admin
          .incrementalAlterConfigs(
              Map.of(
                  resource,
                  List.of(
                      new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  /** Of so many topics and settings; a broker takes a moment until it tells what was set. */
  private String refusal(int problems) {
    return await()
        .until(
            () -> {
              try {
                service.createTopics(new Party.Operator());
                return "";
              } catch (SettingsException e) {
                return e.getMessage();
              }
            },
            refusal -> refusal.lines().count() == 1 + problems);
  }

  /** What the sentence tells to do is done; the topics are fine then. */
  private void refusedAndMended(Topic topic, String key, String wrong, String right)
      throws Exception {
    set(topic, key, wrong);
    String refusal = refusal(1);
    String command =
        "kafka-configs.sh --bootstrap-server %s --alter --entity-type topics --entity-name %s --add-config %s=%s"
            .formatted(broker.bootstrap(), lab.nameOf(topic), key, right);
    assertTrue(refusal.endsWith(command), refusal);
    set(topic, key, right);
    await()
        .ignoreException(SettingsException.class)
        .until(() -> service.createTopics(new Party.Operator()).isEmpty());
  }

  @Test
  void wrongSettingsOfEachKindAreRefusedUntilTheyAreMendedAsTold() throws Exception {
    refusedAndMended(Topic.DECISIONS, "cleanup.policy", "compact", "delete");
    refusedAndMended(Topic.DECISIONS, "retention.ms", "604800000", "2592000000");
    refusedAndMended(Topic.DECISIONS, "retention.bytes", "1000000", "-1");
    refusedAndMended(Topic.DECISIONS, "max.message.bytes", "1000000", "8388608");
    refusedAndMended(Topic.DECISIONS, "min.insync.replicas", "2", "1");
    refusedAndMended(Topic.DECISIONS, "message.timestamp.type", "CreateTime", "LogAppendTime");
    refusedAndMended(Topic.DECISIONS, "unclean.leader.election.enable", "true", "false");
    refusedAndMended(Topic.REQUESTS, "retention.ms", "2592000000", "604800000");
    refusedAndMended(Topic.DEAD_LETTERS, "cleanup.policy", "compact", "delete");
    refusedAndMended(Topic.DEVICES, "cleanup.policy", "delete", "compact");
  }

  @Test
  void everyProblemIsNamedAtOnce() throws Exception {
    set(Topic.DECISIONS, "cleanup.policy", "compact");
    set(Topic.REQUESTS, "max.message.bytes", "1000");
    String refusal = refusal(2);
    assertTrue(refusal.contains("decisions has cleanup.policy=compact and needs delete"), refusal);
    assertTrue(refusal.contains("requests has max.message.bytes=1000"), refusal);
  }

  @Test
  void topicInTooManyPartitionsIsRefusedAndMadeAnewOnceItIsDeleted() throws Exception {
    try (Admin admin = lab.admin()) {
      admin.deleteTopics(List.of(lab.nameOf(Topic.DECISIONS))).all().get();
      admin
          .createTopics(
              List.of(
                  new NewTopic(lab.nameOf(Topic.DECISIONS), 3, (short) 1)
                      .configs(
                          Map.of(
                              "retention.ms", "-1",
                              "unclean.leader.election.enable", "false",
                              "max.message.bytes", "8388608"))))
          .all()
          .get();
      String refusal = refusal(1);
      assertTrue(
          refusal.contains(
              "has 3 partitions and must have 1, so that all see one order. Partitions cannot be taken away: when no migration is under way, delete it, and it is made anew at the next start: kafka-topics.sh --bootstrap-server %s --delete --topic %s"
                  .formatted(broker.bootstrap(), lab.nameOf(Topic.DECISIONS))),
          refusal);
      admin.deleteTopics(List.of(lab.nameOf(Topic.DECISIONS))).all().get();
    }
    await()
        .until(() ->
            service
                .createTopics(new Party.Operator())
                .equals(List.of(lab.nameOf(Topic.DECISIONS))));
  }

  @Test
  void deviceMakesItsOwnTopicsOnce() {
    Party.Agent pi = new Party.Agent("pi");
    List<String> own =
        Stream.of("preparations", "pages", "conversions")
            .map(name -> lab.settings.topicPrefix() + name + ".pi")
            .toList();
    assertEquals(own, service.createTopics(pi));
    assertEquals(List.of(), service.createTopics(pi, new Party.Checkpointer("ada")));
  }

  @Test
  void deviceWhoseNameIsAnothersToKafkaIsRefused() {
    service.createTopics(new Party.Agent("pi.attic"));
    String refusal =
        assertThrows(
                SettingsException.class, () -> service.createTopics(new Party.Agent("pi_attic")))
            .getMessage();
    assertTrue(refusal.contains("give the device another name (GODWIT_DEVICE)"), refusal);
  }

  @Test
  void setUpTellsWhatIsMissingMakesItAndNamesWhatIsUnsafe() throws Exception {
    String dry = godwit(0, "--device", "pi", "--dry-run");
    assertTrue(
        dry.contains("missing topic: " + lab.settings.topicPrefix() + "pages.pi: 1 partitions"),
        dry);
    assertEquals(3, godwit(0, "--device", "pi").lines().filter(l -> l.startsWith("made")).count());
    assertEquals("No topic is missing.\n", godwit(0, "--device", "pi"));
    set(Topic.DECISIONS, "cleanup.policy", "compact");
    refusal(1);
    String unsafe = godwit(1, "--device", "pi");
    assertTrue(unsafe.contains("decisions has cleanup.policy=compact and needs delete"), unsafe);
  }

  @Test
  void rightsAreNotGivenWhereNobodyWouldAskForThem(@TempDir Path folder) throws Exception {
    Path principals = Files.writeString(folder.resolve("principals"), "agent pi User:pi\n");
    String refused = godwit(1, "--principals", principals.toString());
    assertTrue(refused.contains("has no authorizer, so whoever reaches it may do everything"));
  }

  private String godwit(int expected, String... words) {
    return Command.godwit(
        lab.settings,
        expected,
        Stream.concat(Stream.of("setup", "kafka"), Stream.of(words)).toArray(String[]::new));
  }

  @Test
  void fewerReplicasThanAskedForAreRefused() {
    String refusal =
        assertThrows(
                SettingsException.class,
                () ->
                    lab.service("checkpointer", lab.settings.with(Setting.TOPIC_REPLICATION, "3"))
                        .createTopics(new Party.Operator()))
            .getMessage();
    assertTrue(
        refusal.contains(
            "has 1 replicas, GODWIT_TOPIC_REPLICATION asks for 3, and there are 1 brokers: add brokers, or set GODWIT_TOPIC_REPLICATION=1"),
        refusal);
  }
}
