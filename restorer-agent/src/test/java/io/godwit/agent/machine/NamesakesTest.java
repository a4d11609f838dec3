package io.godwit.agent.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.agent.state.Self;
import io.godwit.contract.DeviceProfile;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Received;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamesakesTest {
  private final Playing clock = new Playing();
  private final Namesakes namesakes = namesakes("i-5", "run-5");

  @Test
  void nobodyElseIsThere() throws Exception {
    said(namesakes, "another", "i-9", "run-9");
    namesakes.listen(() -> {});
    assertTrue(namesakes.isAlone());
    assertTrue(namesakes.maySpeak());
    assertEquals(List.of(), namesakes.reasons());
  }

  @Test
  void whatThisMachineSaidBeforeIsNoOther() throws Exception {
    said(namesakes, "phone", "i-5", "run-4");
    namesakes.listen(() -> {});
    assertTrue(namesakes.isAlone());
  }

  @Test
  void aCopyOfTheMachineIsAnotherThoughItHasItsInstance() throws Exception {
    namesakes.listen(() -> {});
    said(namesakes, "phone", "i-5", "run-of-the-copy");
    assertFalse(namesakes.isAlone());
  }

  @Test
  void whoComesLaterIsSilentAndWaitsUntilTheOtherIs() throws Exception {
    namesakes.listen(() -> said(namesakes, "phone", "i-9", "run-9"));
    assertFalse(namesakes.isAlone());
    assertFalse(namesakes.maySpeak(), "lesser or not, it has not spoken yet");
    assertTrue(namesakes.reasons().getFirst().contains("i-9"), namesakes.reasons().getFirst());
    Instant begin = clock.instant();
    clock.atEachSecond =
        () -> {
          if (clock.instant().isBefore(begin.plusSeconds(30))) {
            said(namesakes, "phone", "i-9", "run-9");
          }
        };
    namesakes.awaitAlone();
    assertEquals(
        Duration.ofSeconds(29).plus(Namesakes.SILENCE), Duration.between(begin, clock.instant()));
    assertEquals(List.of(), namesakes.reasons());
  }

  @Test
  void whoHasTheNamesPlaceOfAMachineThatIsGoneWaitsForItsSilenceOnly() throws Exception {
    said(namesakes, "phone", "i-9", "run-9");
    Instant begin = clock.instant();
    namesakes.listen(() -> {});
    namesakes.awaitAlone();
    assertEquals(Namesakes.SILENCE, Duration.between(begin, clock.instant()));
  }

  @Test
  void ofTwoThatBeginAtOnceOneGoesOnAndTheOtherStandsBack() throws Exception {
    Namesakes greater = namesakes("i-9", "run-9");
    List<Namesakes> both = List.of(namesakes, greater);
    for (Namesakes one : both) {
      one.listen(() -> {});
    }
    for (int beat = 0; beat < 10; beat++) {
      boolean lesserSpeaks = namesakes.maySpeak();
      boolean greaterSpeaks = greater.maySpeak();
      for (Namesakes hearing : both) {
        if (lesserSpeaks) {
          said(hearing, "phone", "i-5", "run-5");
        }
        if (greaterSpeaks) {
          said(hearing, "phone", "i-9", "run-9");
        }
      }
      clock.pass(Heartbeat.PERIOD);
    }
    assertTrue(namesakes.isAlone());
    assertFalse(greater.isAlone());
    assertFalse(greater.maySpeak());
  }

  @Test
  void aWorkerTakesNothingWhileTheOtherIsThere() throws Exception {
    namesakes.listen(() -> {});
    said(namesakes, "phone", "i-9", "run-9");
    List<Instant> taken = new ArrayList<>();
    Instant begin = clock.instant();
    namesakes.<String>alone((_, _) -> taken.add(clock.instant())).handle("phone", "work");
    assertEquals(List.of(begin.plus(Namesakes.SILENCE)), taken);
  }

  @Test
  void aBrokerThatIsAwayIsAskedAgain() throws Exception {
    int[] asked = {0};
    namesakes.listen(() -> {
      if (asked[0]++ < 2) {
        throw new MessagingException("away", new IllegalStateException());
      }
    });
    assertEquals(3, asked[0]);
    assertTrue(namesakes.isAlone());
  }

  private Namesakes namesakes(String instance, String run) {
    return new Namesakes(
        new Self("phone", instance, run, "run-4"),
        clock,
        pause -> {
          clock.pass(pause);
          clock.atEachSecond.run();
        });
  }

  private static void said(Namesakes hearing, String device, String instance, String run) {
    DeviceProfile profile =
        DeviceProfile.newBuilder().setDevice(device).setInstance(instance).setAgentRun(run).build();
    hearing.hear(new Received(device, profile.toByteArray(), Instant.EPOCH, Map.of()));
  }

  private static final class Playing extends Clock {
    private Instant now = Instant.ofEpochSecond(1_000_000);
    private Runnable atEachSecond = () -> {};

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
