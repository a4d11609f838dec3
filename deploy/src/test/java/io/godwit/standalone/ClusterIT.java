package io.godwit.standalone;

import static io.godwit.standalone.Lab.ALL;
import static io.godwit.standalone.Lab.QUICK;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.contract.Abort;
import io.godwit.contract.Decision;
import io.godwit.e2e.Docker;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.Group;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** Three brokers, each a controller as well, of which one is killed at work. */
class ClusterIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int BROKERS = 3;

  private static final List<GenericContainer<?>> BROKER = new ArrayList<>();
  private static final List<String> ADDRESS = new ArrayList<>();
  private static Network network;

  @BeforeAll
  static void start() {
    network = Network.newNetwork();
    DockerImageName image = DockerImageName.parse(Images.of("kafka", "kafka"));
    for (int id = 1; id <= BROKERS; id++) {
      int port = FreePort.take();
      GenericContainer<?> broker = broker(image, id, port);
      broker.setPortBindings(List.of("127.0.0.1:" + port + ":9092"));
      BROKER.add(broker);
      ADDRESS.add("127.0.0.1:" + port);
    }
    BROKER.parallelStream().forEach(GenericContainer::start);
  }

  private static GenericContainer<?> broker(DockerImageName image, int id, int port) {
    String voters =
        IntStream.rangeClosed(1, BROKERS)
            .mapToObj(voter -> "%d@broker%d:9093".formatted(voter, voter))
            .collect(Collectors.joining(","));
    return new GenericContainer<>(image)
        .withNetwork(network)
        .withNetworkAliases("broker" + id)
        .withEnv("KAFKA_NODE_ID", "" + id)
        .withEnv("KAFKA_PROCESS_ROLES", "broker,controller")
        .withEnv("KAFKA_CONTROLLER_QUORUM_VOTERS", voters)
        .withEnv("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER")
        .withEnv("KAFKA_INTER_BROKER_LISTENER_NAME", "INTERNAL")
        .withEnv("KAFKA_LISTENERS", "INTERNAL://:19092,HOST://:9092,CONTROLLER://:9093")
        .withEnv(
            "KAFKA_ADVERTISED_LISTENERS",
            "INTERNAL://broker%d:19092,HOST://127.0.0.1:%d".formatted(id, port))
        .withEnv(
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
            "INTERNAL:PLAINTEXT,HOST:PLAINTEXT,CONTROLLER:PLAINTEXT")
        .withEnv("KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "3")
        .withEnv("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "3")
        // A broker that is gone is missed after this time; Kafka's own is 9 s.
        .withEnv("KAFKA_BROKER_SESSION_TIMEOUT_MS", "3000")
        .withEnv("KAFKA_BROKER_HEARTBEAT_INTERVAL_MS", "500")
        .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
        .withEnv("KAFKA_HEAP_OPTS", "-Xmx256m")
        .withEnv("KAFKA_OPTS", "-XX:TieredStopAtLevel=1")
        .waitingFor(
            Wait.forLogMessage(".*Transitioning from RECOVERY to RUNNING.*", 1)
                .withStartupTimeout(Duration.ofMinutes(3)));
  }

  @AfterAll
  static void stop() {
    BROKER.forEach(GenericContainer::stop);
    network.close();
  }

  @Test
  void whatWasAcknowledgedIsThereAndWorkGoesOnWhenTheActiveControllerIsKilled() throws Exception {
    try (Lab lab = Lab.on(String.join(",", ADDRESS), Optional.empty(), 3)) {
      Set<String> handled = new ConcurrentSkipListSet<>();
      KafkaMessaging service = lab.service("checkpointer", QUICK);
      lab.keep(
          service.subscribe(
              Topic.REQUESTS,
              Group.of("checkpointer", "ada"),
              ALL,
              record -> handled.add(new String(record.value(), StandardCharsets.UTF_8))));
      DecisionLog log = lab.keep(lab.service("restorer-agent", QUICK).decisionLog());
      write(lab, log, 0);
      await().atMost(SOON).until(() -> handled.size() == 10);

      int controller;
      try (Admin admin = lab.admin()) {
        controller = admin.describeMetadataQuorum().quorumInfo().get().leaderId();
      }
      Docker.ofThisMachine().run("kill", BROKER.get(controller - 1).getContainerId()).orFail();

      write(lab, log, 10);
      await().atMost(SOON).until(() -> handled.size() == 20);
      DecisionLog later = lab.keep(lab.service("godwit", QUICK).decisionLog());
      for (int i = 0; i < 20; i++) {
        assertEquals(List.of(abort(i)), later.read("m" + i));
      }
    }
  }

  private static void write(Lab lab, DecisionLog log, int from) {
    for (int i = from; i < from + 10; i++) {
      log.append(abort(i));
      lab.write(Topic.REQUESTS, "ada" + i, ("r" + i).getBytes(StandardCharsets.UTF_8));
    }
  }

  private static Decision abort(int number) {
    return Decision.newBuilder()
        .setMigrationId("m" + number)
        .setAbort(Abort.newBuilder().setBy("checkpointer").setReason("deadline"))
        .build();
  }
}
