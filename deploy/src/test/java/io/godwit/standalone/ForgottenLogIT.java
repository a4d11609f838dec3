package io.godwit.standalone;

import static io.godwit.standalone.Lab.QUICK;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.Abort;
import io.godwit.contract.Decision;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.LogPosition;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Party;
import io.godwit.messaging.Topic;
import io.godwit.messaging.TopicTail;
import io.godwit.service.Liveness;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A decision log that is made anew or cut off while services read it. */
class ForgottenLogIT {
  @TempDir private static Path folder;
  private static EmbeddedKafka kafka;
  private Lab lab;
  private DecisionLog log;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = EmbeddedKafka.start(folder, 0, Optional.empty());
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @BeforeEach
  void makeTopics() {
    lab = Lab.on(kafka);
    log = lab.keep(lab.service("checkpointer", QUICK).decisionLog());
  }

  @AfterEach
  void leaveTopics() throws Exception {
    lab.close();
  }

  private static Decision abort(String migration, int number) {
    return Decision.newBuilder()
        .setMigrationId(migration)
        .setAbort(Abort.newBuilder().setBy("operator").setReason("number " + number))
        .build();
  }

  private void makeAnew() throws Exception {
    try (Admin admin = lab.admin()) {
      admin.deleteTopics(List.of(lab.nameOf(Topic.DECISIONS))).all().get();
    }
    KafkaMessaging operator = lab.service("operator", QUICK);
    await()
        .until(() ->
            operator
                .createTopics(new Party.Operator())
                .equals(List.of(lab.nameOf(Topic.DECISIONS))));
  }

  private void deleteBefore(long offset) throws Exception {
    TopicPartition decisions = new TopicPartition(lab.nameOf(Topic.DECISIONS), 0);
    try (Admin admin = lab.admin()) {
      admin.deleteRecords(Map.of(decisions, RecordsToDelete.beforeOffset(offset))).all().get();
    }
  }

  @Test
  void endIsWhereTheNextRecordWillStand() {
    LogPosition empty = log.end();
    assertEquals(0, empty.offset());
    log.append(abort("m", 0));
    assertEquals(new LogPosition(empty.topicId(), 1), log.end());
    assertTrue(log.reachesBackTo(empty));
    assertTrue(log.reachesBackTo(log.end()));
    assertFalse(log.reachesBackTo(new LogPosition(empty.topicId(), 2)), "it is not so long yet");
    assertFalse(log.reachesBackTo(new LogPosition("another", 0)));
  }

  @Test
  void logThatWasMadeAnewHasForgottenAndSaysSo() throws Exception {
    LogPosition before = log.end();
    log.append(abort("m", 0));
    log.append(abort("m", 1));
    makeAnew();
    assertFalse(log.reachesBackTo(before));
    assertEquals(List.of(), log.read("m"));
    LogPosition after = log.end();
    assertNotEquals(before.topicId(), after.topicId());
    assertEquals(0, after.offset());
    assertTrue(log.reachesBackTo(after));
  }

  @Test
  void appendToALogThatWasMadeAnewReturnsWhatStandsThere() throws Exception {
    for (int i = 0; i < 3; i++) {
      log.append(abort("m", i));
    }
    makeAnew();
    assertEquals(List.of(abort("m", 7)), log.append(abort("m", 7)));
    assertEquals(List.of(abort("m", 7)), log.read("m"));
    assertEquals(1, log.end().offset());
  }

  @Test
  void newLogThatIsLongerThanTheOldOneIsReadFromItsBeginning() throws Exception {
    log.append(abort("m", 0));
    makeAnew();
    DecisionLog other = lab.keep(lab.service("restorer-agent", QUICK).decisionLog());
    for (int i = 10; i < 15; i++) {
      other.append(abort("m", i));
    }
    assertEquals(5, log.read("m").size());
    assertEquals(abort("m", 10), log.read("m").getFirst());
    assertEquals(other.end(), log.end());
  }

  @Test
  void whoWaitsSeesALogThatWasMadeAnewByItself() throws Exception {
    log.append(abort("old", 0));
    makeAnew();
    lab.write(Topic.DECISIONS, "m", abort("m", 1));
    // Nobody asks the broker here: the tail looks by itself, every few seconds.
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreException(MessagingException.class)
        .until(() -> log.await("m", 0, Duration.ofSeconds(1)).equals(List.of(abort("m", 1))));
  }

  @Test
  void recordsThatWereDeletedAreForgotten() throws Exception {
    LogPosition begin = log.end();
    for (int i = 0; i < 5; i++) {
      log.append(abort("m" + i, i));
    }
    LogPosition end = log.end();
    deleteBefore(3);
    LogPosition third = new LogPosition(begin.topicId(), 3);
    DecisionLog late = lab.keep(lab.service("restorer-agent", QUICK).decisionLog());
    for (DecisionLog each : List.of(log, late)) {
      assertFalse(each.reachesBackTo(begin));
      assertFalse(each.reachesBackTo(new LogPosition(begin.topicId(), 2)));
      assertTrue(each.reachesBackTo(third));
      assertTrue(each.reachesBackTo(end));
      assertEquals(end, each.end());
    }
    assertEquals(List.of(), late.read("m0"));
    assertEquals(1, late.read("m3").size());
  }

  @Test
  void wholeLogThatWasDeletedStillHasItsEnd() throws Exception {
    log.append(abort("m", 0));
    LogPosition end = log.end();
    deleteBefore(1);
    DecisionLog late = lab.keep(lab.service("restorer-agent", QUICK).decisionLog());
    assertEquals(end, late.end());
    assertTrue(late.reachesBackTo(end));
    assertEquals(List.of(), late.read("m"));
  }

  @Test
  void deletedTopicIsAnErrorAndNotAnEmptyLog() throws Exception {
    log.append(abort("m", 0));
    try (Admin admin = lab.admin()) {
      admin.deleteTopics(List.of(lab.nameOf(Topic.DECISIONS))).all().get();
    }
    String error = assertThrows(MessagingException.class, () -> log.read("m")).getMessage();
    assertTrue(error.contains(lab.nameOf(Topic.DECISIONS)), error);
  }

  @Test
  void tailThatCannotGoOnSaysSoToItsServiceAndItsReaders() {
    Liveness liveness = new Liveness(Clock.systemUTC());
    KafkaMessaging service = lab.service("checkpointer", QUICK, liveness);
    TopicTail tail =
        lab.keep(
            service.tail(
                Topic.DECISIONS,
                new TopicTail.Sink() {
                  @Override
                  public void take(ConsumerRecord<byte[], byte[]> record) {
                    throw new OutOfMemoryError("as if");
                  }

                  @Override
                  public void clear() {}
                }));
    assertEquals("there", tail.caughtUp(() -> "there"));
    log.append(abort("m", 0));
    await().until(() -> !liveness.stuck().isEmpty());
    assertTrue(liveness.stuck().getFirst().contains("OutOfMemoryError"));
    MessagingException error =
        assertThrows(MessagingException.class, () -> tail.caughtUp(() -> "there"));
    assertInstanceOf(OutOfMemoryError.class, error.getCause());
    assertThrows(
        MessagingException.class,
        () -> tail.await(() -> false, Duration.ofMinutes(5), () -> "there"));
  }
}
