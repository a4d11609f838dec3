package io.godwit.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.godwit.contract.AbortRequest;
import io.godwit.contract.BatchRequest;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.Event;
import io.godwit.contract.Request;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class WireTest {
  private static final Request ABORT =
      Request.newBuilder().setAbort(AbortRequest.newBuilder().setMigrationId("m1")).build();

  @Test
  void unknownFieldsAreKept() throws Exception {
    Event later =
        Event.newBuilder()
            .setMigrationId("m1")
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(
                        999,
                        UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.copyFromUtf8("new"))
                            .build())
                    .build())
            .build();
    Event parsed = Wire.parse(Event.getDefaultInstance(), later.toByteArray());
    assertEquals(ByteString.copyFrom(later.toByteArray()), parsed.toByteString());
  }

  @Test
  void whatIsNoMessageIsPoisonWithTheReason() {
    String message =
        assertThrows(
                PoisonException.class,
                () -> Wire.parse(Request.getDefaultInstance(), new byte[] {10, 100, 1}))
            .getMessage();
    assertTrue(message.startsWith("the value of 3 bytes is not a godwit.Request: "), message);
  }

  @Test
  void everyTruncationIsPoisonOrAShorterMessageButNeverAnotherError() {
    byte[] whole =
        Checkpoint.newBuilder().setMigrationId("m1").setHost("ada").build().toByteArray();
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);
      try {
        Wire.parse(Checkpoint.getDefaultInstance(), cut);
      } catch (PoisonException e) {
        assertTrue(e.getMessage().contains("godwit.Checkpoint"), e.getMessage());
      }
    }
  }

  @Test
  void handlerLogsUnderTheMigrationAndNoLonger() throws Exception {
    List<Optional<String>> seen = new ArrayList<>();
    RecordHandler handler =
        Wire.handler(
            Request.getDefaultInstance(),
            (key, request) -> seen.add(Optional.ofNullable(MDC.get(MigrationLog.KEY))));
    handler.handle(received(ABORT.toByteArray()));
    assertEquals(List.of(Optional.of("m1")), seen);
    assertEquals(Optional.empty(), Optional.ofNullable(MDC.get(MigrationLog.KEY)));
  }

  @Test
  void handlerIsToldOfTheRecordAndOfItsBurial() throws Exception {
    List<String> told = new ArrayList<>();
    RecordHandler handler =
        Wire.recordHandler(
            Request.getDefaultInstance(),
            new Wire.RecordMessageHandler<>() {
              @Override
              public void handle(Received record, Request request) {
                told.add("handled, written at " + record.writtenAt() + record.headers());
              }

              @Override
              public void buried(Received record, Request request, Throwable cause) {
                told.add(
                    "%s of %s buried: %s"
                        .formatted(
                            request.getAbort().getMigrationId(),
                            record.key(),
                            MDC.get(MigrationLog.KEY)));
              }
            });
    handler.handle(received(ABORT.toByteArray()));
    handler.buried(received(ABORT.toByteArray()), new PoisonException("no use"));
    assertEquals(
        List.of("handled, written at 1970-01-01T00:00:07Z{a=b}", "m1 of ada buried: m1"), told);
  }

  @Test
  void burialOfARecordThatSaysNothingIsNobodys() throws Exception {
    RecordHandler handler =
        Wire.handler(
            Request.getDefaultInstance(),
            new Wire.MessageHandler<>() {
              @Override
              public void handle(String key, Request request) {}

              @Override
              public void buried(String key, Request request, Throwable cause) {
                throw new AssertionError("told of " + request);
              }
            });
    handler.buried(received(new byte[] {(byte) 0xff, 1}), new PoisonException("no use"));
  }

  private static Received received(byte[] value) {
    return new Received("ada", value, Instant.ofEpochSecond(7), Map.of("a", "b"));
  }

  @Test
  void migrationIsFoundWhereAMessageHasOne() {
    assertEquals(Optional.of("m1"), MigrationLog.idIn(ABORT));
    assertEquals(
        Optional.of("m2"), MigrationLog.idIn(Checkpoint.newBuilder().setMigrationId("m2").build()));
    assertEquals(
        Optional.empty(),
        MigrationLog.idIn(
            Request.newBuilder().setBatch(BatchRequest.newBuilder().setBatchId("b")).build()));
    assertEquals(Optional.empty(), MigrationLog.idIn(Request.getDefaultInstance()));
  }

  @Test
  void innerMigrationGivesWayToTheOuterOne() {
    try (var _ = MigrationLog.of("outer")) {
      try (var _ = MigrationLog.of("inner")) {
        assertEquals("inner", MDC.get(MigrationLog.KEY));
      }
      assertEquals("outer", MDC.get(MigrationLog.KEY));
    }
  }
}
