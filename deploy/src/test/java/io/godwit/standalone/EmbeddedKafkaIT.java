package io.godwit.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.Claim;
import io.godwit.contract.Decision;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Party;
import io.godwit.messaging.Topic;
import io.godwit.service.Liveness;
import io.godwit.service.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaIT {
  private static final Decision CLAIM =
      Decision.newBuilder().setMigrationId("m").setClaim(Claim.newBuilder()).build();

  private static KafkaMessaging messaging(EmbeddedKafka kafka) {
    return new KafkaMessaging(
        new Settings(Map.of("GODWIT_KAFKA", kafka.bootstrap())),
        "test",
        new SimpleMeterRegistry(),
        new Liveness(Clock.systemUTC()),
        Clock.systemUTC(),
        Thread::sleep,
        Lab.QUICK);
  }

  @Test
  void dataSurvivesRestart(@TempDir Path folder) throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0, Optional.empty());
        KafkaMessaging messaging = messaging(kafka)) {
      assertEquals(
          Topic.values().length,
          messaging.createTopics(new Party.Operator(), new Party.Agent("pi")).size());
      try (DecisionLog decisions = messaging.decisionLog()) {
        decisions.append(CLAIM);
      }
    }
    try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0, Optional.empty());
        KafkaMessaging messaging = messaging(kafka);
        DecisionLog decisions = messaging.decisionLog()) {
      assertEquals(List.of(), messaging.createTopics(new Party.Operator()));
      assertEquals(List.of(CLAIM), decisions.read("m"));
    }
  }

  @Test
  void devicesAreToldTheAddressThatTheyKnow(@TempDir Path folder) throws Exception {
    DeviceListener listener = new DeviceListener("0.0.0.0", 0, "localhost");
    try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0, Optional.of(listener))) {
      String address = kafka.deviceBootstrap().orElseThrow();
      assertTrue(address.startsWith("localhost:"), address);
      assertEquals(address, advertised(address));
      assertEquals(kafka.bootstrap(), advertised(kafka.bootstrap()));
    }
  }

  @Test
  void portThatIsTakenIsAnErrorThatNamesIt(@TempDir Path folder) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String message =
          assertThrows(
                  IOException.class,
                  () -> EmbeddedKafka.start(folder, taken.getLocalPort(), Optional.empty()).close())
              .getMessage();
      assertTrue(
          message.contains(" cannot have port " + taken.getLocalPort() + " at 127.0.0.1"), message);
    }
  }

  private static String advertised(String bootstrap) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      var node = admin.describeCluster().nodes().get().iterator().next();
      return node.host() + ":" + node.port();
    }
  }
}
