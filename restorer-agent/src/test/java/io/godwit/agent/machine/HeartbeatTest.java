package io.godwit.agent.machine;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.MessageLite;
import io.godwit.contract.DeviceProfile;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import io.godwit.service.Threads;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
  private static final Duration BRIEF = Duration.ofMillis(50);
  private static final Heartbeat.Ways WAYS = new Heartbeat.Ways(BRIEF, () -> true, List::of);
  private final List<DeviceProfile> heard = new CopyOnWriteArrayList<>();
  private final Passing clock = new Passing();

  @Test
  void theProfileIsAnnouncedAtOnceUnderTheDevicesName() {
    try (Heartbeat _ = new Heartbeat(this::profile, publisher(), clock, Threads.SYSTEM, WAYS)) {
      await().until(() -> !heard.isEmpty());
    }
    assertEquals("d", heard.getFirst().getDevice());
    assertEquals(0, heard.getFirst().getUnfitCount());
  }

  @Test
  void anEngineThatHangsMakesTheDeviceUnfitAndNotSilent() {
    AtomicInteger looks = new AtomicInteger();
    CountDownLatch never = new CountDownLatch(1);
    try (Heartbeat _ =
        new Heartbeat(
            () -> {
              if (looks.incrementAndGet() > 1) {
                try {
                  never.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
              return profile();
            },
            publisher(),
            clock,
            Threads.SYSTEM,
            WAYS)) {
      await().until(() -> !heard.isEmpty());
      clock.pass(Duration.ofSeconds(90));
      await().atMost(Duration.ofSeconds(20)).until(() -> heard.getLast().getUnfitCount() == 1);
    }
    assertEquals(
        "The Docker Engine or CRIU has not answered for 90 s.", heard.getLast().getUnfit(0));
    assertEquals(clock.millis(), heard.getLast().getHeartbeatMs());
  }

  @Test
  void aBrokerThatIsAwayIsNoReasonToStop() {
    AtomicInteger tries = new AtomicInteger();
    Publisher away =
        new Publisher() {
          @Override
          public void publish(Topic topic, String key, MessageLite value) {
            tries.incrementAndGet();
            throw new MessagingException("away", new IllegalStateException());
          }

          @Override
          public void close() {}
        };
    try (Heartbeat _ = new Heartbeat(this::profile, away, clock, Threads.SYSTEM, WAYS)) {
      await().atMost(Duration.ofSeconds(20)).until(() -> tries.get() >= 2);
    }
    assertTrue(tries.get() >= 2);
  }

  @Test
  void whoMayNotSpeakIsNotAnnouncedAndWhoIsStuckIsUnfit() {
    AtomicBoolean may = new AtomicBoolean();
    AtomicInteger asked = new AtomicInteger();
    Heartbeat.Ways ways =
        new Heartbeat.Ways(
            BRIEF,
            () -> {
              asked.incrementAndGet();
              return may.get();
            },
            () -> List.of("reading conversions stopped"));
    try (Heartbeat _ = new Heartbeat(this::profile, publisher(), clock, Threads.SYSTEM, ways)) {
      await().until(() -> asked.get() >= 3);
      assertEquals(List.of(), heard);
      may.set(true);
      await().until(() -> !heard.isEmpty());
    }
    assertEquals(List.of("reading conversions stopped"), heard.getFirst().getUnfitList());
  }

  @Test
  void anErrorInOneLookIsNotTheEndOfLooking() {
    AtomicInteger looks = new AtomicInteger();
    try (Heartbeat _ =
        new Heartbeat(
            () -> {
              if (looks.incrementAndGet() == 2) {
                throw new OutOfMemoryError("played");
              }
              return profile();
            },
            publisher(),
            clock,
            Threads.SYSTEM,
            WAYS)) {
      await().until(() -> looks.get() >= 4);
    }
    assertTrue(looks.get() >= 4);
  }

  private DeviceProfile profile() {
    return DeviceProfile.newBuilder().setDevice("d").setHeartbeatMs(clock.millis()).build();
  }

  private Publisher publisher() {
    return new Publisher() {
      @Override
      public void publish(Topic topic, String key, MessageLite value) {
        assertEquals(Topic.DEVICES, topic);
        assertEquals("d", key);
        heard.add((DeviceProfile) value);
      }

      @Override
      public void close() {}
    };
  }

  private static final class Passing extends Clock {
    private volatile Instant now = Instant.ofEpochSecond(1_000_000);

    void pass(Duration time) {
      now = now.plus(time);
    }

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
      return now;
    }
  }
}
