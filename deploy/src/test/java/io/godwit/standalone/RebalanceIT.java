package io.godwit.standalone;

import static io.godwit.standalone.Lab.ALL;
import static io.godwit.standalone.Lab.QUICK;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.messaging.Group;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.RecordHandler;
import io.godwit.messaging.Topic;
import io.godwit.standalone.Brokers.Broker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** What becomes of a record while its partition goes from member to member. */
@ParameterizedClass
@ArgumentsSource(Brokers.class)
class RebalanceIT {
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final Group MACHINE = Group.of("checkpointer", "ada");
  private static final Group SHARED = Group.shared("converter");

  @TempDir private static Path folder;
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
  void longHandlerKeepsItsPartition() throws Exception {
    Path properties = Lab.properties(folder, "max.poll.interval.ms=4000\n");
    try (Lab strict = Lab.on(broker.bootstrap(), Optional.of(properties))) {
      AtomicInteger started = new AtomicInteger();
      AtomicInteger ended = new AtomicInteger();
      RecordHandler slow =
          record -> {
            started.incrementAndGet();
            Thread.sleep(6_000);
            ended.incrementAndGet();
          };
      for (int member = 0; member < 2; member++) {
        KafkaMessaging process = strict.service("converter", QUICK);
        strict.keep(process.subscribe(Topic.CHECKPOINTS, SHARED, ALL, slow));
      }
      // A checkpoint, if of nothing: others reach no handler.
      strict.write(Topic.CHECKPOINTS, "m1", bytes(""));
      await().atMost(SOON).until(() -> ended.get() == 1);
      assertEquals(1, started.get());
      assertEquals(0.0, strict.metrics.get("godwit.records.dropped").counter().count());
    }
  }

  @Test
  void sharedWorkOnALostPartitionIsDroppedAndDoneAgain() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    List<String> handled = new CopyOnWriteArrayList<>();
    subscribe(
        SHARED,
        record -> {
          if (started.getCount() > 0) {
            started.countDown();
            try {
              Thread.sleep(60_000);
            } catch (InterruptedException e) {
              interrupted.countDown();
              throw e;
            }
          }
          handled.add(text(record.value()));
        });
    lab.write(Topic.REQUESTS, "ada", bytes("work"));
    assertTrue(started.await(15, TimeUnit.SECONDS));
    expelMembers(SHARED);
    assertTrue(interrupted.await(15, TimeUnit.SECONDS));
    await().atMost(SOON).until(() -> handled.equals(List.of("work")));
    assertEquals(1.0, lab.metrics.get("godwit.records.dropped").counter().count());
    assertEquals(List.of(), lab.deadLetters());
  }

  @Test
  void machinesWorkGoesOnWhenItsPartitionIsTakenAndIsDoneOnce() throws Exception {
    AtomicInteger started = new AtomicInteger();
    CountDownLatch expelled = new CountDownLatch(1);
    List<String> handled = new CopyOnWriteArrayList<>();
    subscribe(
        MACHINE,
        record -> {
          started.incrementAndGet();
          expelled.await();
          if (handled.isEmpty()) {
            // Heartbeats come every 2 s: by then the member knows that it is out, and is in again.
            Thread.sleep(4_000);
          }
          handled.add(text(record.value()));
        });
    lab.write(Topic.REQUESTS, "ada", bytes("work"));
    await().atMost(SOON).until(() -> started.get() == 1);
    expelMembers(MACHINE);
    expelled.countDown();
    lab.write(Topic.REQUESTS, "ada", bytes("next"));
    await().atMost(SOON).until(() -> handled.equals(List.of("work", "next")));
    assertEquals(2, started.get());
    assertEquals(0.0, lab.metrics.get("godwit.records.dropped").counter().count());
  }

  /** As the coordinator does with members that it has not heard of for too long. */
  private void expelMembers(Group group) throws Exception {
    KafkaMessaging process = lab.service("operator", QUICK);
    try (Admin admin = lab.admin()) {
      admin
          .removeMembersFromConsumerGroup(
              process.groupId(Topic.REQUESTS, group), new RemoveMembersFromConsumerGroupOptions())
          .all()
          .get();
    }
  }
}
