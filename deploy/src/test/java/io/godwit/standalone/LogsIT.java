package io.godwit.standalone;

import static io.godwit.standalone.Lab.QUICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.godwit.contract.Abort;
import io.godwit.contract.Attempt;
import io.godwit.contract.Claim;
import io.godwit.contract.Decision;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.Event;
import io.godwit.contract.Phase;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.DeviceDirectory;
import io.godwit.messaging.EventPublisher;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Party;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Verdict;
import io.godwit.standalone.Brokers.Broker;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** The decision log, the device directory, the events and the topics on a real broker. */
@ParameterizedClass
@ArgumentsSource(Brokers.class)
class LogsIT {
  @Parameter private Broker broker;
  private Lab lab;

  @BeforeEach
  void makeTopics() {
    lab = Lab.on(broker.bootstrap());
  }

  @AfterEach
  void leaveTopics() throws Exception {
    lab.close();
  }

  private static final Attempt ATTEMPT =
      Attempt.newBuilder()
          .setEpoch(1)
          .setCheckpointSha256("c0ffee")
          .setDeviceInstance("pi-1")
          .build();

  private static Decision claim(String migration) {
    return Decision.newBuilder()
        .setMigrationId(migration)
        .setClaim(
            Claim.newBuilder()
                .setDevice("pi")
                .setInstance("pi-1")
                .setAgentRun("r1")
                .setAttempt(ATTEMPT))
        .build();
  }

  private static Decision abort(String migration) {
    return Decision.newBuilder()
        .setMigrationId(migration)
        .setAbort(
            Abort.newBuilder().setBy("checkpointer").setReason("deadline").setAttempt(ATTEMPT))
        .build();
  }

  private DecisionLog decisions(String service) {
    return lab.keep(lab.service(service, QUICK).decisionLog());
  }

  @Test
  void firstOfClaimAndAbortDecidesForConcurrentWriters() throws Exception {
    DecisionLog agent = decisions("restorer-agent");
    DecisionLog source = decisions("checkpointer");
    CyclicBarrier together = new CyclicBarrier(2);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 40; i++) {
        String migration = "m" + i;
        Future<Verdict> ofAgent =
            threads.submit(() -> {
              together.await();
              return Verdict.of(agent.append(claim(migration)), ATTEMPT);
            });
        Future<Verdict> ofSource =
            threads.submit(() -> {
              together.await();
              return Verdict.of(source.append(abort(migration)), ATTEMPT);
            });
        Verdict verdict = ofAgent.get();
        assertEquals(verdict, ofSource.get());
        assertEquals(verdict, Verdict.of(source.read(migration), ATTEMPT));
        assertEquals(2, agent.read(migration).size());
      }
    }
  }

  @Test
  void whoComesLaterReadsWhatWasDecided() {
    decisions("restorer-agent").append(claim("m"));
    assertEquals(List.of(claim("m")), decisions("godwit").read("m"));
    assertEquals(List.of(), decisions("godwit").read("another"));
  }

  @Test
  void waitsForTheNextRecordOfAMigration() throws Exception {
    DecisionLog source = decisions("checkpointer");
    DecisionLog agent = decisions("restorer-agent");
    source.append(abort("other"));
    assertEquals(List.of(), source.await("m", 0, Duration.ofMillis(200)));
    Thread later =
        Thread.ofPlatform()
            .start(() -> {
              agent.append(claim("other"));
              agent.append(claim("m"));
            });
    assertEquals(List.of(claim("m")), source.await("m", 0, Duration.ofSeconds(15)));
    later.join();
    assertInstanceOf(Verdict.Claimed.class, Verdict.of(source.read("m"), ATTEMPT));
  }

  @Test
  void latestProfileOfADeviceIsFoundByItsName() {
    KafkaMessaging agent = lab.service("restorer-agent", QUICK);
    DeviceDirectory devices = lab.keep(lab.service("checkpointer", QUICK).deviceDirectory());
    assertEquals(Optional.empty(), devices.find("pi"));
    for (String kernel : List.of("6.1", "6.12")) {
      for (String device : List.of("pi", "phone")) {
        agent
            .publisher()
            .publish(
                Topic.DEVICES,
                device,
                DeviceProfile.newBuilder().setDevice(device).setKernel(kernel).build());
      }
    }
    assertEquals("6.12", devices.find("pi").orElseThrow().getKernel());
    assertEquals(
        List.of("phone", "pi"), devices.all().stream().map(DeviceProfile::getDevice).toList());
    lab.write(Topic.DEVICES, "pi", new byte[0]);
    assertEquals(Optional.empty(), devices.find("pi"));
  }

  @Test
  void eventsArePublishedInOrderWithWhoSaysThem() throws Exception {
    KafkaMessaging service = lab.service("converter", QUICK);
    try (EventPublisher events =
        new EventPublisher(service.publisher(), "converter", Clock.systemUTC())) {
      var migration = events.of("m", "ada", "pi", "counter");
      migration.say(Phase.CONVERTING, "grafting");
      migration.progress(Phase.CONVERTING, "uploading", 5, 10);
      migration.say(Phase.CONVERTED, "done");
    }
    List<ConsumerRecord<byte[], byte[]>> records = lab.records(Topic.EVENTS);
    List<byte[]> values = records.stream().map(ConsumerRecord::value).toList();
    assertEquals(3, values.size());
    assertEquals("io.godwit.Event", header(records.getFirst(), "ce_type"));
    assertEquals("/converter/ada", header(records.getFirst(), "ce_source"));
    assertEquals("m", header(records.getFirst(), "ce_subject"));
    assertNotEquals(header(records.getFirst(), "ce_id"), header(records.getLast(), "ce_id"));
    Event first = Event.parseFrom(values.getFirst());
    assertEquals("grafting", first.getMessage());
    assertEquals("converter", first.getService());
    assertEquals("pi", first.getDevice());
    assertEquals("counter", first.getContainer());
    assertEquals(5, Event.parseFrom(values.get(1)).getDoneBytes());
    assertEquals(Phase.CONVERTED, Event.parseFrom(values.get(2)).getPhase());
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  @Test
  void topicsAreCreatedOnceWithTheirPolicies() throws Exception {
    KafkaMessaging messaging = lab.service("checkpointer", QUICK);
    assertEquals(List.of(), messaging.createTopics(new Party.Operator()));
    ConfigResource devices =
        new ConfigResource(ConfigResource.Type.TOPIC, messaging.nameOf(Topic.DEVICES));
    ConfigResource decisions =
        new ConfigResource(ConfigResource.Type.TOPIC, messaging.nameOf(Topic.DECISIONS));
    try (Admin admin = lab.admin()) {
      var configs = admin.describeConfigs(List.of(devices, decisions)).all().get();
      assertEquals("compact", configs.get(devices).get("cleanup.policy").value());
      assertEquals("delete", configs.get(decisions).get("cleanup.policy").value());
      assertEquals("2592000000", configs.get(decisions).get("retention.ms").value());
      assertEquals("1", configs.get(decisions).get("min.insync.replicas").value());
      assertEquals("LogAppendTime", configs.get(decisions).get("message.timestamp.type").value());
      var described =
          admin
              .describeTopics(
                  List.of(messaging.nameOf(Topic.DECISIONS), messaging.nameOf(Topic.REQUESTS)))
              .allTopicNames()
              .get();
      assertEquals(1, described.get(messaging.nameOf(Topic.DECISIONS)).partitions().size());
      assertEquals(2, described.get(messaging.nameOf(Topic.REQUESTS)).partitions().size());
    }
  }
}
