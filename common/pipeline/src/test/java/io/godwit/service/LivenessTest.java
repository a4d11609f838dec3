package io.godwit.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LivenessTest {
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final Liveness liveness =
      new Liveness(
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
              return now.get();
            }
          });

  private void pass(long seconds) {
    now.updateAndGet(instant -> instant.plusSeconds(seconds));
  }

  @Test
  void workerThatIsSilentForTooLongIsStuck() {
    var worker = liveness.worker("requests", Duration.ofSeconds(60));
    worker.progress();
    pass(60);
    assertEquals(List.of(), liveness.stuck());
    pass(1);
    assertEquals(
        List.of("requests has shown no progress for 61 s; 60 s are the most it may"),
        liveness.stuck());
    worker.progress();
    assertEquals(List.of(), liveness.stuck());
  }

  @Test
  void idleAndClosedWorkersAreNotStuck() {
    var idle = liveness.worker("idle", Duration.ofSeconds(1));
    var closed = liveness.worker("closed", Duration.ofSeconds(1));
    idle.progress();
    closed.progress();
    idle.idle();
    closed.close();
    pass(100);
    assertEquals(List.of(), liveness.stuck());
  }

  @Test
  void longestSilenceIsThatOfTheSlowest() {
    liveness.worker("a", Duration.ofHours(1)).progress();
    pass(5);
    liveness.worker("b", Duration.ofHours(1)).progress();
    assertEquals(Duration.ofSeconds(5), liveness.longestSilence());
  }
}
