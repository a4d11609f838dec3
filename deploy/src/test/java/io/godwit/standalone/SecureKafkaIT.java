package io.godwit.standalone;

import static io.godwit.standalone.Lab.QUICK;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.Abort;
import io.godwit.contract.Decision;
import io.godwit.e2e.Shell;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.Group;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Party;
import io.godwit.messaging.Subscription;
import io.godwit.messaging.Topic;
import io.godwit.messaging.TopicNames;
import io.godwit.messaging.TopicTail;
import io.godwit.service.Setting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/**
 * A broker behind TLS that wants a password and asks for rights: the properties in
 * GODWIT_KAFKA_PROPERTIES are all that a client needs, and {@code godwit setup kafka} all that an
 * operator does.
 */
class SecureKafkaIT {
  private static final Decision ABORT =
      Decision.newBuilder()
          .setMigrationId("m")
          .setAbort(Abort.newBuilder().setBy("checkpointer").setReason("deadline"))
          .build();

  /** A record of every topic, if of nothing: what is none reaches no handler. */
  private static final Decision EMPTY = Decision.getDefaultInstance();

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
            .withEnv("KAFKA_LISTENER_NAME_HOST_PLAIN_SASL_JAAS_CONFIG", users())
            .withEnv(
                "KAFKA_AUTHORIZER_CLASS_NAME",
                "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
            // The broker to itself, on the container's loopback, is nobody by name.
            .withEnv("KAFKA_SUPER_USERS", "User:setup;User:ANONYMOUS")
            .withEnv("KAFKA_SSL_KEYSTORE_TYPE", "PEM")
            .withEnv("KAFKA_SSL_KEYSTORE_LOCATION", "/etc/kafka/secrets/server.pem")
            .withEnv("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1")
            .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
            .withEnv("KAFKA_OPTS", "-XX:TieredStopAtLevel=1")
            .waitingFor(Wait.forLogMessage(".*Transitioning from RECOVERY to RUNNING.*", 1));
    kafka.setPortBindings(List.of(bootstrap + ":9092"));
    kafka.start();
  }

  @AfterAll
  static void stop() {
    kafka.stop();
  }

  private static String users() {
    return Stream.of("setup", "ada", "converter", "pi", "tv", "batches", "ops")
        .map(user -> " user_%s=\"%s's\"".formatted(user, user))
        .collect(
            Collectors.joining(
                "", "org.apache.kafka.common.security.plain.PlainLoginModule required", ";"));
  }

  private static Path properties(String user, String password) {
    try {
      return Lab.properties(
          Files.createTempDirectory(folder, user),
          """
          security.protocol=SASL_SSL
          sasl.mechanism=PLAIN
          sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="%s" password="%s";
          ssl.truststore.type=PEM
          ssl.truststore.location=%s
          """
              .formatted(user, password, folder.resolve("certificates/authority.crt")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Lab lab() {
    return Lab.on(bootstrap, Optional.of(properties("setup", "setup's")));
  }

  @Test
  void whoHasThePasswordWorksThroughTls() throws Exception {
    try (Lab lab = lab()) {
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
                () -> Lab.on(bootstrap, Optional.of(properties("pi", "wrong"))).close())
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

  /**
   * The services and devices of a house, each with its own password, set up as an operator does.
   */
  private static final class House implements AutoCloseable {
    static final Party.Checkpointer ADA = new Party.Checkpointer("ada");
    static final Party.Converter CONVERTER = new Party.Converter();
    static final Party.Agent PI = new Party.Agent("pi");
    static final Party.BatchController BATCHES = new Party.BatchController();
    static final Party.Operator OPS = new Party.Operator();

    private final Lab lab = lab();
    private final Path principals;

    House() throws IOException {
      principals =
          Files.writeString(
              Files.createTempFile(folder, "principals", ""),
              """
              checkpointer ada User:ada
              converter User:converter
              agent pi User:pi
              agent tv User:tv
              batch-controller User:batches
              operator User:ops
              """);
    }

    /** A client of this user. */
    KafkaMessaging client(String user) {
      return lab.service(user, lab.settings.with(Setting.KAFKA_PROPERTIES, file(user).toString()));
    }

    private static Path file(String user) {
      return properties(user, user + "'s");
    }

    String setUp(int expected, String... more) {
      return Command.godwit(
          lab.settings,
          expected,
          Stream.concat(
                  Stream.of(
                      "setup",
                      "kafka",
                      "--principals",
                      principals.toString(),
                      "--kafka-properties",
                      file("setup").toString()),
                  Stream.of(more))
              .toArray(String[]::new));
    }

    Admin admin() throws IOException {
      Properties properties = new Properties();
      try (var reader = Files.newBufferedReader(file("setup"))) {
        properties.load(reader);
      }
      properties.put("bootstrap.servers", bootstrap);
      return Admin.create(properties);
    }

    @Override
    public void close() throws Exception {
      lab.close();
    }
  }

  @Test
  void everyPartyDoesAllThatItDoesWithItsOwnRights() throws Exception {
    try (House house = new House()) {
      String dry = house.setUp(0, "--dry-run");
      assertTrue(dry.contains("missing right: User:pi may READ the topic "), dry);
      assertTrue(house.setUp(0).contains("made right: User:pi may READ the topic "));
      assertEquals("No topic is missing.\nNo right is missing.\n", house.setUp(0));
      for (var party :
          Map.of(
                  "ada", House.ADA,
                  "converter", House.CONVERTER,
                  "pi", House.PI,
                  "batches", House.BATCHES,
                  "ops", House.OPS)
              .entrySet()) {
        doesItAll(house, house.client(party.getKey()), party.getValue());
      }
    }
  }

  private static void doesItAll(House house, KafkaMessaging client, Party party) {
    assertEquals(List.of(), client.createTopics(party));
    for (Topic topic : party.writes()) {
      client.publisher().publish(topic, "pi", EMPTY);
    }
    AtomicInteger handled = new AtomicInteger();
    List<Subscription> readers = new ArrayList<>();
    for (Topic topic : party.takes()) {
      Group group = party.group().orElseThrow();
      String key = party.owner().orElse("any");
      house.lab.service("setup", QUICK).publisher().publish(topic, key, EMPTY);
      readers.add(
          topic.isPerDevice()
              ? client.subscribeOwn(topic, key, group, _ -> handled.incrementAndGet())
              : client.subscribe(topic, group, "any"::equals, _ -> handled.incrementAndGet()));
    }
    try {
      await(party + " to be handed what it takes")
          .atMost(Duration.ofSeconds(30))
          .until(() -> handled.get() >= party.takes().size());
    } finally {
      readers.forEach(Subscription::close);
    }
    for (Topic topic : party.follows()) {
      if (!topic.isPerDevice()) {
        try (TopicTail tail = client.listen(topic, _ -> {})) {
          assertTrue(tail.caughtUp(() -> true), party + " follows " + topic);
        }
      }
    }
  }

  @Test
  void deviceWithItsOwnPasswordReachesNothingOfAnothers() throws Exception {
    try (House house = new House()) {
      house.setUp(0);
      KafkaMessaging ada = house.client("ada");
      KafkaMessaging tv = house.client("tv");
      TopicNames names = new TopicNames(house.lab.settings.topicPrefix());
      for (Topic topic : House.PI.takes()) {
        house.lab.service("setup", QUICK).publisher().publish(topic, "pi", ABORT);
        String name = names.of(topic, "pi");
        try (Consumer<byte[], byte[]> reader = tv.spectator()) {
          reader.assign(List.of(new TopicPartition(name, 0)));
          assertThrows(
              TopicAuthorizationException.class, () -> reader.poll(Duration.ofSeconds(20)), name);
        }
        refused(() -> tv.publisher().publish(topic, "pi", ABORT));
        if (House.ADA.writes().contains(topic)) {
          ada.publisher().publish(topic, "pi", ABORT);
        }
      }
      refused(() -> tv.createTopics(House.PI));
      refused(() -> tv.createTopics(House.ADA));
      refused(() -> tv.publisher().publish(Topic.REQUESTS, "ada", ABORT));
      refused(() -> tv.publisher().publish(Topic.CHECKPOINTS, "m", ABORT));
      refused(() -> ada.publisher().publish(Topic.DEVICES, "pi", ABORT));
    }
  }

  private static void refused(Executable what) {
    MessagingException refused = assertThrows(MessagingException.class, what);
    assertInstanceOf(AuthorizationException.class, refused.getCause(), refused.getMessage());
  }

  @Test
  void rightThatNobodyNeedsIsNamedUntilItIsTakenAway() throws Exception {
    try (House house = new House()) {
      house.setUp(0);
      String topic = house.lab.settings.topicPrefix() + "pages.pi";
      AclBinding more =
          new AclBinding(
              new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
              new AccessControlEntry("User:tv", "*", AclOperation.READ, AclPermissionType.ALLOW));
      try (Admin admin = house.admin()) {
        admin.createAcls(List.of(more)).all().get();
        String told = house.setUp(1);
        assertTrue(
            told.contains(
                "User:tv may READ the topic %s, which no party of these needs: kafka-acls.sh"
                    .formatted(topic)),
            told);
        admin.deleteAcls(List.of(more.toFilter())).all().get();
        AclBinding strangers =
            new AclBinding(
                more.pattern(),
                new AccessControlEntry(
                    "User:monitor", "*", AclOperation.READ, AclPermissionType.ALLOW));
        admin.createAcls(List.of(strangers)).all().get();
        assertTrue(house.setUp(0).contains("note: User:monitor may READ the topic " + topic));
      }
    }
  }
}
