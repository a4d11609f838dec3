package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.Decision;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Request;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.trace.TraceContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** {@code counter} crosses from this machine to the ARM64 device. */
@OnArm64
final class CounterIT {
  private static final TraceContext ASKED =
      new TraceContext("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");

  private static final Set<String> PARTS =
      Set.of(
          "checkpointer migration",
          "checkpointer preflight",
          "restorer-agent rehearse",
          "checkpointer dump",
          "checkpointer upload",
          "converter convert",
          "restorer-agent fetch",
          "restorer-agent restore",
          "checkpointer frozen");

  @Test
  void goesOnOnTheDeviceWithoutGapOrRepeat(World world) {
    try (Counter counter = Counter.start(world, "e2e-counter")) {
      Shell.Result moved =
          world.godwit("migrate", counter.name(), "--to", world.device().name(), "--watch");
      assertEquals(0, moved.exit(), moved.out() + moved.err());

      CounterLines source = counter.onSource();
      CounterLines device = counter.onDeviceSince(source, 5);
      assertTrue(source.isas().stream().allMatch("x86_64"::equals));
      assertTrue(device.isas().stream().allMatch("aarch64"::equals));
      assertFalse(world.docker().isRunning(counter.name()), "the source must not run as well");
    }
  }

  @Test
  void runsUnderTheDevicesOwnSeccompFilter(World world) {
    try (Counter counter = Counter.start(world, "e2e-filter")) {
      world.godwit("migrate", counter.name(), "--to", world.device().name()).orFail();
      String pid = world.device().docker().inspect(counter.name(), "{{.State.Pid}}");
      String status = world.device().exec("cat", "/proc/" + pid + "/status").orFail();
      assertTrue(status.lines().anyMatch(line -> line.matches("Seccomp:\\s+2")), status);
    }
  }

  @Test
  void movesOnTheRequestOfAnyKafkaClient(World world) throws Exception {
    try (Counter counter = Counter.start(world, "e2e-client");
        var producer =
            new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", world.settings().kafka()),
                new StringSerializer(),
                new ByteArraySerializer());
        var log = KafkaMessaging.of(world.settings()).decisionLog()) {
      String id = UUID.randomUUID().toString();
      byte[] request =
          Request.newBuilder()
              .setMigration(
                  MigrationRequest.newBuilder()
                      .setMigrationId(id)
                      .setHost(world.host())
                      .setContainer(counter.name())
                      .setDevice(world.device().name())
                      .setFreezeBudgetMs(World.FREEZE_BUDGET.toMillis()))
              .build()
              .toByteArray();
      ProducerRecord<String, byte[]> record =
          new ProducerRecord<>("godwit.requests", world.host(), request);
      record.headers().add("traceparent", ASKED.header().getBytes(StandardCharsets.UTF_8));
      producer.send(record).get();
      // A client that retries publishes twice; it is one migration all the same.
      producer.send(new ProducerRecord<>("godwit.requests", world.host(), request)).get();

      Awaitility.await("the outcome in the decision log")
          .atMost(Duration.ofMinutes(5))
          .until(() -> log.read(id).stream().anyMatch(Decision::hasSucceeded));
      counter.onDeviceSince(counter.onSource(), 3);
      assertEquals(
          List.of(Decision.KindCase.CLAIM, Decision.KindCase.SUCCEEDED),
          log.read(id).stream().map(Decision::getKindCase).toList());
      isOneTrace(world, TraceContext.ofMigration(id, ASKED.traceId()));
    }
  }

  /** Of whoever asked: the migration is a part of it, and all that services did are its parts. */
  private static void isOneTrace(World world, TraceContext whole) {
    Awaitility.await("the parts of the trace")
        .atMost(Duration.ofMinutes(3))
        .untilAsserted(() -> {
          List<Collector.Taken> spans = world.traces().of(whole.traceId());
          Set<String> names =
              spans.stream()
                  .map(span -> span.service() + " " + span.name())
                  .collect(Collectors.toSet());
          assertTrue(names.containsAll(PARTS), names.toString());
          for (Collector.Taken span : spans) {
            boolean isWhole = span.span().equals(whole.spanId());
            assertEquals(isWhole, span.name().equals("migration"));
            assertEquals(isWhole ? ASKED.spanId() : whole.spanId(), span.parent());
          }
        });
  }
}
