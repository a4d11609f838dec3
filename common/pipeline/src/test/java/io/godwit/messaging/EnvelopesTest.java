package io.godwit.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.contract.AbortRequest;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.Event;
import io.godwit.contract.Request;
import io.godwit.trace.TraceContext;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;

final class EnvelopesTest {
  private static final String MIGRATION = "0f8fad5b-d9cb-469f-a165-70867728950e";
  private static final String OTHER = "0f8fad5b-d9cb-469f-a165-70867728950f";

  private final Envelopes envelopes =
      new Envelopes(
          "checkpointer",
          "ada",
          Clock.fixed(Instant.parse("2026-11-27T04:10:00.123456Z"), ZoneOffset.UTC),
          () -> "id");

  @Test
  void aRecordIsACloudEventAboutItsMigration() {
    Request request =
        Request.newBuilder().setAbort(AbortRequest.newBuilder().setMigrationId(MIGRATION)).build();
    assertEquals(
        Map.of(
            "ce_specversion", "1.0",
            "ce_id", "id",
            "ce_source", "/checkpointer/ada",
            "ce_type", "io.godwit.Request",
            "ce_time", "2026-11-27T04:10:00.123Z",
            "ce_subject", MIGRATION,
            "traceparent", "00-0f8fad5bd9cb469fa16570867728950e-a16570867728950e-01",
            "content-type", "application/protobuf"),
        texts(envelopes.of(request)));
  }

  @Test
  void whatIsSaidWhileWorkingInAnothersTraceIsInThatTrace() {
    String asked = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    Event event = Event.newBuilder().setMigrationId(MIGRATION).build();
    Event other = Event.newBuilder().setMigrationId(OTHER).build();
    try (var _ = MigrationLog.of(MIGRATION, Optional.of(asked))) {
      assertEquals(
          "00-4bf92f3577b34da6a3ce929d0e0e4736-a16570867728950e-01",
          texts(envelopes.of(event)).get("traceparent"));
      assertEquals(
          TraceContext.ofMigration(OTHER).header(), texts(envelopes.of(other)).get("traceparent"));
    }
  }

  @Test
  void whatIsAboutNoMigrationHasNoSubject() {
    Map<String, String> headers = texts(envelopes.of(DeviceProfile.getDefaultInstance()));
    assertEquals("io.godwit.DeviceProfile", headers.get("ce_type"));
    assertEquals(6, headers.size());
  }

  @Test
  void aWordIsText() {
    Map<String, String> headers = texts(envelopes.ofWord("DeadLetterMark"));
    assertEquals("io.godwit.DeadLetterMark", headers.get("ce_type"));
    assertEquals("text/plain", headers.get("content-type"));
  }

  private static Map<String, String> texts(List<Header> headers) {
    Map<String, String> texts = new LinkedHashMap<>();
    headers.forEach(
        header -> texts.put(header.key(), new String(header.value(), StandardCharsets.UTF_8)));
    assertEquals(headers.size(), texts.size());
    return texts;
  }
}
