package io.godwit.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.contract.Event;
import io.godwit.contract.Phase;
import io.godwit.contract.PhaseTime;
import io.godwit.trace.Span;
import io.godwit.trace.Spans;
import io.godwit.trace.TraceContext;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MigrationEventsTest {
  private final AtomicLong now = new AtomicLong(1_000);
  private final List<Event> sent = new ArrayList<>();
  private final List<Span> spans = new ArrayList<>();
  private final MigrationEvents events =
      new MigrationEvents(
          Event.newBuilder().setMigrationId("m").setService("converter").setHost("ada").build(),
          sent::add,
          new Spans() {
            @Override
            public void ended(Span span) {
              spans.add(span);
            }

            @Override
            public void close() {}
          },
          new Clock() {
            @Override
            public ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
              return this;
            }

            @Override
            public Instant instant() {
              return Instant.ofEpochMilli(now.get());
            }
          });

  @Test
  void whatTookHowLongIsPartOfTheMigrationsTrace() {
    events.took(
        List.of(
            PhaseTime.newBuilder().setPhase("dump").setBeginMs(100).setDurationMs(7).build(),
            PhaseTime.newBuilder().setPhase("told without its beginning").build()));
    assertEquals(1, spans.size());
    Span dump = spans.getFirst();
    assertEquals("dump", dump.name());
    assertEquals(Instant.ofEpochMilli(107), dump.end());
    TraceContext whole = TraceContext.ofMigration("m");
    assertEquals(whole.traceId(), dump.traceId());
    assertEquals(Optional.of(whole.spanId()), dump.parent());
  }

  @Test
  void aMigrationOfAnothersTraceIsAPartOfIt() {
    String asked = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    try (var _ = MigrationLog.of("m", Optional.of(asked))) {
      events.took(Instant.EPOCH, asked, "succeeded", Optional.empty());
    }
    events.took(Instant.EPOCH, TraceContext.ofMigration("m").header(), "failed", Optional.of("no"));
    assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", spans.getFirst().traceId());
    assertEquals(Optional.of("00f067aa0ba902b7"), spans.getFirst().parent());
    // What the command publishes names the migration's own span: nobody is his own parent.
    assertEquals(Optional.empty(), spans.getLast().parent());
    assertEquals(Optional.of("no"), spans.getLast().failure());
  }

  private List<Long> done() {
    return sent.stream().map(Event::getDoneBytes).toList();
  }

  @Test
  void sayingCarriesTheFrameTheTimeAndWhatTookHowLong() {
    PhaseTime phase = PhaseTime.newBuilder().setPhase("dump").setDurationMs(7).build();
    events.say(Phase.CHECKPOINTED, "dumped", List.of(phase), List.of());
    assertEquals(
        List.of(
            Event.newBuilder()
                .setMigrationId("m")
                .setService("converter")
                .setHost("ada")
                .setAtMs(1_000)
                .setPhase(Phase.CHECKPOINTED)
                .setMessage("dumped")
                .addPhases(phase)
                .build()),
        sent);
  }

  @Test
  void progressIsSaidAtMostTwiceASecond() {
    for (int i = 1; i <= 20; i++) {
      events.progress(Phase.CONVERTING, "uploading", i, 100);
      now.addAndGet(100);
    }
    assertEquals(List.of(1L, 6L, 11L, 16L), done());
  }

  @Test
  void endOfProgressIsAlwaysSaid() {
    events.progress(Phase.CONVERTING, "uploading", 1, 100);
    events.progress(Phase.CONVERTING, "uploading", 100, 100);
    assertEquals(List.of(1L, 100L), done());
  }

  @Test
  void sayingIsNeverThrottled() {
    for (int i = 0; i < 5; i++) {
      events.say(Phase.CONVERTING, "step " + i);
    }
    assertEquals(5, sent.size());
  }
}
