package io.godwit.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.contract.Event;
import io.godwit.contract.Phase;
import io.godwit.contract.PhaseTime;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MigrationEventsTest {
  private final AtomicLong now = new AtomicLong(1_000);
  private final List<Event> sent = new ArrayList<>();
  private final MigrationEvents events =
      new MigrationEvents(
          Event.newBuilder().setMigrationId("m").setService("converter").setHost("ada").build(),
          sent::add,
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
