package io.godwit.agent.machine;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.MessageLite;
import io.godwit.contract.DeviceProfile;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
  private static final Duration BRIEF = Duration.ofMillis(50);
  private final List<DeviceProfile> heard = new CopyOnWriteArrayList<>();
  private final Passing clock = new Passing();

  @Test
  void theProfileIsAnnouncedAtOnceUnderTheDevicesName() {
    try (Heartbeat _ = new Heartbeat(this::profile, publisher(), clock, BRIEF)) {
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
            BRIEF)) {
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
    try (Heartbeat _ = new Heartbeat(this::profile, away, clock, BRIEF)) {
      await().atMost(Duration.ofSeconds(20)).until(() -> tries.get() >= 2);
    }
    assertTrue(tries.get() >= 2);
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
