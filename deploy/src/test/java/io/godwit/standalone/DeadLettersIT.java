package io.godwit.standalone;

import static io.godwit.standalone.Lab.ALL;
import static io.godwit.standalone.Lab.QUICK;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.AbortRequest;
import io.godwit.contract.Request;
import io.godwit.messaging.DeadLetter;
import io.godwit.messaging.Group;
import io.godwit.messaging.PoisonException;
import io.godwit.messaging.Received;
import io.godwit.messaging.RecordHandler;
import io.godwit.messaging.Topic;
import io.godwit.standalone.Brokers.Broker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** Records that cannot be handled, from their burial to what an operator does about them. */
@ParameterizedClass
@ArgumentsSource(Brokers.class)
class DeadLettersIT {
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final Group MACHINE = Group.of("checkpointer", "ada");
  private static final byte[] ABORT =
      Request.newBuilder()
          .setAbort(AbortRequest.newBuilder().setMigrationId("m1").setReason("enough"))
          .build()
          .toByteArray();

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

  /** Takes nothing, and remembers what it was told. */
  private static final class Refusing implements RecordHandler {
    final List<Received> seen = new CopyOnWriteArrayList<>();
    final List<String> told = new CopyOnWriteArrayList<>();
    volatile boolean deaf;

    @Override
    public void handle(Received record) throws PoisonException {
      seen.add(record);
      throw new PoisonException("of no use");
    }

    @Override
    public void buried(Received record, Throwable cause) {
      told.add(record.key() + ": " + cause.getMessage());
      if (deaf) {
        throw new IllegalStateException("nobody can be told now");
      }
    }
  }

  private Refusing refusing() {
    Refusing handler = new Refusing();
    lab.keep(lab.service("checkpointer", QUICK).subscribe(Topic.REQUESTS, MACHINE, ALL, handler));
    return handler;
  }

  private ProducerRecord<byte[], byte[]> request(byte[] key, byte[] value) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(lab.nameOf(Topic.REQUESTS), 0, key, value);
    record.headers().add("traceparent", bytes("00-1-2-01")).add("empty", null);
    // As one that came through somebody's own dead letters would have.
    record.headers().add("__connect.errors.topic", bytes("theirs"));
    return record;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> headers(ConsumerRecord<byte[], byte[]> record) {
    return StreamSupport.stream(record.headers().spliterator(), false)
        .map((Header header) ->
            header.key()
                + "="
                + (header.value() == null
                    ? "null"
                    : new String(header.value(), StandardCharsets.UTF_8)))
        .toList();
  }

  private String godwit(int expected, String... words) {
    return Command.godwit(lab.settings, expected, words);
  }

  private DeadLetter onlyLetter() {
    await().atMost(SOON).until(() -> lab.deadLetters().size() == 1);
    return lab.deadLetters().getFirst();
  }

  @Test
  void letterIsTheRecordAsItCameWithHeadersThatSayWhy() {
    refusing();
    lab.write(request(bytes("ada"), ABORT));
    DeadLetter letter = onlyLetter();
    assertEquals(lab.nameOf(Topic.REQUESTS), letter.topic());
    assertEquals("0@0", letter.partition() + "@" + letter.offset());
    assertEquals("of no use", letter.reason());
    assertEquals(
        List.of("traceparent: 00-1-2-01", "empty: ", "__connect.errors.topic: theirs"),
        letter.headers());
    ConsumerRecord<byte[], byte[]> raw = lab.records(Topic.DEAD_LETTERS).getFirst();
    assertArrayEquals(ABORT, raw.value());
    List<String> headers = headers(raw);
    assertTrue(
        headers.contains("__connect.errors.topic=" + lab.nameOf(Topic.REQUESTS)),
        headers.toString());
    assertTrue(headers.contains("__connect.errors.partition=0"));
    assertTrue(headers.contains("__connect.errors.offset=0"));
    assertTrue(headers.contains("__connect.errors.stage=HANDLE"));
    assertTrue(headers.contains("__connect.errors.exception.message=of no use"));
    assertTrue(
        headers.contains(
            "__connect.errors.exception.class.name=io.godwit.messaging.PoisonException"));
  }

  @Test
  void handlerIsToldBeforeAndUntilItIsNothingIsBuried() throws Exception {
    Refusing handler = refusing();
    handler.deaf = true;
    lab.write(request(bytes("ada"), ABORT));
    await().atMost(SOON).until(() -> handler.told.size() >= 3);
    assertEquals(List.of(), lab.deadLetters());
    handler.deaf = false;
    onlyLetter();
    assertEquals("ada: of no use", handler.told.getFirst());
    assertEquals(1, handler.seen.size());
  }

  @Test
  void replayedLetterIsTheVeryRecordAgainAndIsMarked() {
    Refusing handler = refusing();
    lab.write(request(null, ABORT));
    long number = onlyLetter().number();
    assertTrue(godwit(0, "dead-letters", "list").contains("of no use"));
    String replayed = godwit(0, "dead-letters", "replay", Long.toString(number));
    assertTrue(replayed.contains("replayed to " + lab.nameOf(Topic.REQUESTS)), replayed);
    await().atMost(SOON).until(() -> handler.seen.size() == 2);
    List<ConsumerRecord<byte[], byte[]>> requests = lab.records(Topic.REQUESTS);
    assertEquals(2, requests.size());
    for (ConsumerRecord<byte[], byte[]> request : requests) {
      assertEquals(null, request.key());
      assertArrayEquals(ABORT, request.value());
      assertEquals(headers(requests.getFirst()), headers(request));
    }
    // Refused again, it is a further letter; the first one is marked and is not replayed twice.
    await().atMost(SOON).until(() -> lab.deadLetters().size() == 2);
    assertEquals(DeadLetter.Fate.REPLAYED, lab.deadLetters().getFirst().fate());
    String again = godwit(2, "dead-letters", "replay", Long.toString(number));
    assertTrue(again.contains("was replayed already"), again);
  }

  @Test
  void droppedLetterIsKeptAndNoLongerListed() {
    refusing();
    lab.write(request(bytes("ada"), ABORT));
    String number = Long.toString(onlyLetter().number());
    String listed = godwit(0, "dead-letters", "list");
    assertTrue(listed.contains("ada") && listed.contains("requests"), listed);
    godwit(0, "dead-letters", "drop", number);
    assertEquals("No dead letters.\n", godwit(0, "dead-letters", "list"));
    assertTrue(godwit(0, "dead-letters", "list", "--all").contains("dropped"));
    assertTrue(godwit(2, "dead-letters", "drop", number).contains("was dropped already"));
    assertTrue(godwit(2, "dead-letters", "show", "77").contains("There is no dead letter 77"));
  }

  @Test
  void letterIsShownAsTextOfTheContract() {
    refusing();
    lab.write(request(bytes("ada"), ABORT));
    lab.write(request(bytes("bob"), new byte[] {(byte) 0xff, 0, 'x'}));
    await().atMost(SOON).until(() -> lab.deadLetters().size() == 2);
    String first = godwit(0, "dead-letters", "show", "0");
    for (String part :
        List.of("godwit.Request", "migration_id: \"m1\"", "traceparent: 00-1-2-01", "of no use")) {
      assertTrue(first.contains(part), first);
    }
    String second = godwit(0, "dead-letters", "show", "1");
    assertTrue(second.contains("\\377\\000x"), second);
  }

  @Test
  void recordThatDoesNotFitIsBuriedWithoutItsValueAndReplayedFromWhereItStood() throws Exception {
    ConfigResource topic =
        new ConfigResource(ConfigResource.Type.TOPIC, lab.nameOf(Topic.DEAD_LETTERS));
    try (Admin admin = lab.admin()) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  topic,
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("max.message.bytes", "50000"),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
    // The broker takes a moment until it holds.
    Thread.sleep(1_000);
    refusing();
    byte[] large = new byte[60_000];
    lab.write(request(bytes("ada"), large));
    DeadLetter letter = onlyLetter();
    assertEquals(Optional.of("60000"), letter.leftOut());
    assertEquals(0, letter.value().length);
    assertEquals("of no use", letter.reason());
    godwit(0, "dead-letters", "replay", "0");
    List<ConsumerRecord<byte[], byte[]>> requests = lab.records(Topic.REQUESTS);
    assertArrayEquals(large, requests.getLast().value());
    assertEquals(headers(requests.getFirst()), headers(requests.getLast()));
  }
}
