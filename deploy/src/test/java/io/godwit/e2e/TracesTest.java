package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.service.Settings;
import io.godwit.trace.Span;
import io.godwit.trace.Spans;
import io.godwit.trace.TraceContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What services export, byte for byte over HTTP. */
final class TracesTest {
  private static final Instant BEGIN = Instant.parse("2026-11-27T04:10:00.001Z");
  private static final TraceContext WHOLE =
      TraceContext.ofMigration("0f8fad5b-d9cb-469f-a165-70867728950e");
  private static final Span DUMP =
      Span.part(WHOLE, "dump", BEGIN, BEGIN.plusMillis(7), Map.of("godwit.bytes", "42"));

  private static Spans to(int port, String service) {
    return Spans.of(
        new Settings(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:%d/".formatted(port))),
        service);
  }

  @Test
  void aMigrationIsOneTraceOfAllServicesParts() {
    try (Collector collector = new Collector()) {
      try (Spans checkpointer = to(collector.port(), "checkpointer");
          Spans converter = to(collector.port(), "converter")) {
        checkpointer.ended(DUMP);
        converter.ended(
            Span.part(WHOLE, "convert", BEGIN.plusMillis(7), BEGIN.plusMillis(9), Map.of()));
        checkpointer.ended(
            Span.whole(
                WHOLE,
                Optional.empty(),
                BEGIN,
                BEGIN.plusSeconds(1),
                Map.of(),
                Optional.of("no twin")));
      }
      List<Collector.Taken> trace = collector.of(WHOLE.traceId());
      assertEquals(
          List.of(
              "checkpointer dump false", "checkpointer migration true", "converter convert false"),
          trace.stream()
              .map(span -> "%s %s %s".formatted(span.service(), span.name(), span.failed()))
              .sorted()
              .toList());
      for (Collector.Taken span : trace) {
        boolean whole = span.name().equals("migration");
        assertEquals(whole ? "" : WHOLE.spanId(), span.parent());
        assertEquals(whole, span.span().equals(WHOLE.spanId()));
      }
      Collector.Taken dump =
          trace.stream().filter(span -> span.name().equals("dump")).findFirst().orElseThrow();
      assertEquals(BEGIN.toEpochMilli() * 1_000_000, dump.beginNanos());
      assertEquals(7_000_000, dump.endNanos() - dump.beginNanos());
    }
  }

  @Test
  void aCollectorThatHangsSlowsNobodyAndLeavesNoThreadBehind() throws IOException {
    // Takes connections and never answers.
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Spans spans = to(silent.getLocalPort(), "checkpointer");
      assertTimeout(
          Duration.ofSeconds(3),
          () -> {
            for (int i = 0; i < 100_000; i++) {
              spans.ended(DUMP);
            }
          });
      assertTimeout(Duration.ofSeconds(10), spans::close);
    }
    Awaitility.await("the exporting thread's end")
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().contains("BatchSpanProcessor")));
  }

  @Test
  void aCollectorThatIsNotThereIsNoFailure() throws IOException {
    int port;
    try (ServerSocket gone = new ServerSocket(0)) {
      port = gone.getLocalPort();
    }
    try (Spans spans = to(port, "checkpointer")) {
      spans.ended(DUMP);
    }
    assertTrue(Spans.of(new Settings(Map.of()), "checkpointer") == Spans.NONE);
  }
}
