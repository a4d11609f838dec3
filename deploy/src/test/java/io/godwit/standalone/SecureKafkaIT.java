package io.godwit.standalone;

import static io.godwit.standalone.Lab.QUICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.Abort;
import io.godwit.contract.Decision;
import io.godwit.e2e.Shell;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.MessagingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/**
 * A broker behind TLS that wants a password: the properties in GODWIT_KAFKA_PROPERTIES are all it
 * takes.
 */
class SecureKafkaIT {
  private static final Decision ABORT =
      Decision.newBuilder()
          .setMigrationId("m")
          .setAbort(Abort.newBuilder().setBy("checkpointer").setReason("deadline"))
          .build();

  @TempDir private static Path folder;
  private static GenericContainer<?> kafka;
  private static String bootstrap;

  @BeforeAll
  static void start() throws IOException {
    Path certificates = folder.resolve("certificates");
    Shell.run(
            Duration.ofMinutes(1),
            List.of(
                Path.of(System.getProperty("godwit.root"), "deploy/compose/certificates.sh")
                    .toString(),
                certificates.toString()))
        .orFail();
    int port = FreePort.take();
    bootstrap = "127.0.0.1:" + port;
    kafka =
        new GenericContainer<>(DockerImageName.parse(Images.of("kafka", "kafka")))
            .withCopyToContainer(
                Transferable.of(Files.readAllBytes(certificates.resolve("server.pem")), 0644),
                "/etc/kafka/secrets/server.pem")
            .withEnv("KAFKA_NODE_ID", "1")
            .withEnv("KAFKA_PROCESS_ROLES", "broker,controller")
            .withEnv("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@127.0.0.1:29093")
            .withEnv("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER")
            .withEnv("KAFKA_INTER_BROKER_LISTENER_NAME", "INTERNAL")
            .withEnv(
                "KAFKA_LISTENERS",
                "HOST://:9092,INTERNAL://127.0.0.1:19092,CONTROLLER://127.0.0.1:29093")
            .withEnv(
                "KAFKA_ADVERTISED_LISTENERS",
                "HOST://%s,INTERNAL://127.0.0.1:19092".formatted(bootstrap))
            .withEnv(
                "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
                "HOST:SASL_SSL,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT")
            .withEnv("KAFKA_SASL_ENABLED_MECHANISMS", "PLAIN")
            .withEnv(
                "KAFKA_LISTENER_NAME_HOST_PLAIN_SASL_JAAS_CONFIG",
                "org.apache.kafka.common.security.plain.PlainLoginModule required user_godwit=\"right\";")
            .withEnv("KAFKA_SSL_KEYSTORE_TYPE", "PEM")
            .withEnv("KAFKA_SSL_KEYSTORE_LOCATION", "/etc/kafka/secrets/server.pem")
            .withEnv("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1")
            .withEnv("KAFKA_OPTS", "-XX:TieredStopAtLevel=1")
            .waitingFor(Wait.forLogMessage(".*Transitioning from RECOVERY to RUNNING.*", 1));
    kafka.setPortBindings(List.of(bootstrap + ":9092"));
    kafka.start();
  }

  @AfterAll
  static void stop() {
    kafka.stop();
  }

  private static Path properties(String password) throws IOException {
    return Lab.properties(
        Files.createTempDirectory(folder, "client"),
        """
        security.protocol=SASL_SSL
        sasl.mechanism=PLAIN
        sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="godwit" password="%s";
        ssl.truststore.type=PEM
        ssl.truststore.location=%s
        """
            .formatted(password, folder.resolve("certificates/authority.crt")));
  }

  @Test
  void whoHasThePasswordWorksThroughTls() throws Exception {
    try (Lab lab = Lab.on(bootstrap, Optional.of(properties("right")))) {
      DecisionLog log = lab.keep(lab.service("checkpointer", QUICK).decisionLog());
      assertEquals(List.of(ABORT), log.append(ABORT));
      assertEquals(List.of(ABORT), lab.keep(lab.service("godwit", QUICK).decisionLog()).read("m"));
    }
  }

  @Test
  void whoGuessesItIsToldSo() {
    String message =
        assertThrows(
                MessagingException.class,
                () -> Lab.on(bootstrap, Optional.of(properties("wrong"))).close())
            .getMessage();
    assertTrue(message.contains("Authentication failed"), message);
  }

  @Test
  void whoDoesNotSpeakTlsGetsNothing() {
    Shell.Result answer =
        Shell.run(Duration.ofSeconds(30), List.of("kcat", "-L", "-m", "3", "-b", bootstrap));
    assertNotEquals(0, answer.exit(), answer.toString());
    assertEquals("", answer.out());
  }
}
