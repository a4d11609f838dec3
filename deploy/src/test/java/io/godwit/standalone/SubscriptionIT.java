package io.godwit.standalone;

import static io.godwit.standalone.Lab.ALL;
import static io.godwit.standalone.Lab.QUICK;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Request;
import io.godwit.messaging.DeadLetter;
import io.godwit.messaging.Group;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.MigrationLog;
import io.godwit.messaging.Received;
import io.godwit.messaging.RecordHandler;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Wire;
import io.godwit.service.Liveness;
import io.godwit.service.ServiceExit;
import io.godwit.standalone.Brokers.Broker;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.slf4j.MDC;

@ParameterizedClass
@ArgumentsSource(Brokers.class)
class SubscriptionIT {
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final Group MACHINE = Group.of("checkpointer", "ada");

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

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Subscribes as another process of the service would. */
  private AutoCloseable subscribe(Group group, RecordHandler handler) {
    KafkaMessaging process = lab.service("checkpointer", QUICK);
    return lab.keep(process.subscribe(Topic.REQUESTS, group, ALL, handler));
  }

  @Test
  void poisonRecordGoesToDeadLettersAndTheNextIsHandled() throws Exception {
    List<String> handled = new CopyOnWriteArrayList<>();
    subscribe(
        MACHINE,
        Wire.handler(
            Request.getDefaultInstance(),
            (key, request) -> handled.add(request.getMigration().getMigrationId())));
    byte[] poison = {(byte) 0xff, 1, 2};
    lab.write(Topic.REQUESTS, "ada", poison);
    lab.write(
        Topic.REQUESTS,
        "ada",
        Request.newBuilder()
            .setMigration(MigrationRequest.newBuilder().setMigrationId("m1"))
            .build());
    await().atMost(SOON).until(() -> handled.equals(List.of("m1")));
    DeadLetter letter = lab.deadLetters().getFirst();
    assertEquals(1, lab.deadLetters().size());
    assertEquals(lab.nameOf(Topic.REQUESTS), letter.topic());
    assertEquals("ada", letter.key());
    assertArrayEquals(poison, letter.value());
    assertEquals("checkpointer", letter.service());
    assertTrue(
        letter.reason().startsWith("the value of 3 bytes is not a godwit.Request: "),
        letter.reason());
    assertTrue(letter.stack().contains("PoisonException"), letter.stack());
    assertEquals(List.of(), lab.pauses);
  }

  @Test
  void failingRecordIsTriedWithGrowingPausesAndThenBuried() throws Exception {
    List<String> tried = new CopyOnWriteArrayList<>();
    subscribe(
        MACHINE,
        record -> {
          tried.add(text(record.value()));
          if (text(record.value()).equals("bad")) {
            throw new IllegalStateException("the engine is away");
          }
        });
    lab.write(Topic.REQUESTS, "ada", bytes("bad"));
    lab.write(Topic.REQUESTS, "ada", bytes("good"));
    await().atMost(SOON).until(() -> tried.contains("good"));
    assertEquals(List.of("bad", "bad", "bad", "good"), tried);
    assertEquals(List.of(Duration.ofMillis(10), Duration.ofMillis(30)), lab.pauses);
    DeadLetter letter = lab.deadLetters().getFirst();
    assertEquals("java.lang.IllegalStateException: the engine is away", letter.reason());
  }

  @Test
  void recordIsHandledAgainAfterHandlerDied() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    AutoCloseable first =
        subscribe(
            MACHINE,
            record -> {
              started.countDown();
              Thread.sleep(60_000);
            });
    lab.write(Topic.REQUESTS, "ada", bytes("work"));
    assertTrue(started.await(15, TimeUnit.SECONDS));
    first.close();
    List<String> handled = new CopyOnWriteArrayList<>();
    subscribe(MACHINE, record -> handled.add(text(record.value())));
    await().atMost(SOON).until(() -> handled.equals(List.of("work")));
    assertEquals(List.of(), lab.deadLetters());
  }

  @Test
  void skippedRecordsDoNotCommitTheOneThatWasGivenUp() throws Exception {
    for (int i = 0; i < 20; i++) {
      lab.write(Topic.REQUESTS, "host" + i, bytes("theirs"));
    }
    lab.write(Topic.REQUESTS, "ada", bytes("ours"));
    for (int life = 0; life < 2; life++) {
      CountDownLatch started = new CountDownLatch(1);
      KafkaMessaging process = lab.service("checkpointer", QUICK);
      AutoCloseable subscription =
          process.subscribe(
              Topic.REQUESTS,
              MACHINE,
              "ada"::equals,
              record -> {
                started.countDown();
                Thread.sleep(60_000);
              });
      assertTrue(started.await(15, TimeUnit.SECONDS));
      subscription.close();
    }
  }

  @Test
  void successorOfAMachineThatNeverSaidGoodbyeHasItsRecordAtOnce() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    List<ServiceExit> ends = new CopyOnWriteArrayList<>();
    Liveness liveness = new Liveness(Clock.systemUTC(), (how, reason) -> ends.add(how));
    lab.keep(
        lab.service("checkpointer", QUICK, liveness)
            .subscribe(
                Topic.REQUESTS,
                MACHINE,
                ALL,
                record -> {
                  started.countDown();
                  Thread.sleep(60_000);
                }));
    lab.write(Topic.REQUESTS, "ada", bytes("work"));
    assertTrue(started.await(15, TimeUnit.SECONDS));
    List<String> handled = new CopyOnWriteArrayList<>();
    subscribe(MACHINE, record -> handled.add(text(record.value())));
    await().atMost(SOON).until(() -> handled.equals(List.of("work")));
    await()
        .atMost(SOON)
        .until(() -> liveness.stuck().stream().anyMatch(why -> why.contains("has taken")));
    assertEquals(List.of(ServiceExit.NAME_TAKEN), ends);
  }

  @Test
  void handledRecordIsNotHandledAgainAfterARestart() throws Exception {
    List<String> handled = new CopyOnWriteArrayList<>();
    AutoCloseable first = subscribe(MACHINE, record -> handled.add(text(record.value())));
    lab.write(Topic.REQUESTS, "ada", bytes("one"));
    await().atMost(SOON).until(() -> handled.equals(List.of("one")));
    first.close();
    lab.write(Topic.REQUESTS, "ada", bytes("two"));
    subscribe(MACHINE, record -> handled.add(text(record.value())));
    await().atMost(SOON).until(() -> handled.contains("two"));
    assertEquals(List.of("one", "two"), handled);
  }

  @Test
  void recordsForOthersAreSkippedAndCommitted() throws Exception {
    List<String> handled = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 20; i++) {
      lab.write(Topic.REQUESTS, "host" + i, bytes("theirs"));
    }
    lab.write(Topic.REQUESTS, "ada", bytes("ours"));
    KafkaMessaging process = lab.service("checkpointer", QUICK);
    AutoCloseable subscription =
        process.subscribe(
            Topic.REQUESTS, MACHINE, "ada"::equals, record -> handled.add(text(record.value())));
    await()
        .atMost(SOON)
        .until(() ->
            handled.size() == 1
                && lab.metrics.get("godwit.records.skipped").counter().count() == 20);
    subscription.close();
    assertEquals(List.of("ours"), handled);
    try (Admin admin = lab.admin()) {
      long committed =
          admin
              .listConsumerGroupOffsets(process.groupId(Topic.REQUESTS, MACHINE))
              .partitionsToOffsetAndMetadata()
              .get()
              .values()
              .stream()
              .mapToLong(offset -> offset.offset())
              .sum();
      assertEquals(21, committed);
    }
  }

  @Test
  void handlerIsToldWhenItsRecordWasWritten() {
    List<Received> handled = new CopyOnWriteArrayList<>();
    long before = System.currentTimeMillis();
    subscribe(MACHINE, handled::add);
    lab.write(Topic.REQUESTS, "ada", bytes("one"));
    await().atMost(SOON).until(() -> handled.size() == 1);
    long written = handled.getFirst().writtenAt().toEpochMilli();
    assertTrue(written >= before && written <= System.currentTimeMillis(), "" + written);
    assertEquals("ada", handled.getFirst().key());
  }

  @Test
  void handlersLogUnderTheirMigration() throws Exception {
    List<String> migrations = new CopyOnWriteArrayList<>();
    subscribe(
        MACHINE,
        Wire.handler(
            Request.getDefaultInstance(),
            (key, request) -> migrations.add(MDC.get(MigrationLog.KEY))));
    lab.write(
        Topic.REQUESTS,
        "ada",
        Request.newBuilder()
            .setMigration(MigrationRequest.newBuilder().setMigrationId("m7"))
            .build());
    await().atMost(SOON).until(() -> migrations.equals(List.of("m7")));
  }
}
