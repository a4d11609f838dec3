package io.godwit.batch.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each boundary from both sides. */
class AmountsTest {
  private static StopRule stop(Amount amount, int minimum, Outcome... ignored) {
    return new StopRule(Optional.of(amount), Optional.empty(), Set.of(ignored), minimum);
  }

  private static boolean stops(StopRule rule, int failed, int ended) {
    return rule.reached(failed, ended, 0, 0).isPresent();
  }

  @Test
  void theLastWaveRepeatsAsInAnsible() {
    Waves waves = new Waves(List.of(Amount.count(1), Amount.count(5), Amount.percent(20)));
    assertEquals(List.of(1, 5, 10, 10, 10, 10, 4), waves.split(50));
    assertEquals(List.of(1, 5), waves.split(6));
    assertEquals(List.of(1, 4), waves.split(5));
    assertEquals(List.of(1), waves.split(1));
    assertEquals(List.of(), waves.split(0));
  }

  @ParameterizedTest
  @CsvSource({
    "20, 4, 1", // 0.8: at least one
    "20, 5, 1",
    "20, 9, 1", // 1.8: down
    "20, 10, 2",
    "1, 99, 1",
    "1, 100, 1",
    "1, 199, 1",
    "1, 200, 2",
    "99, 100, 99",
    "100, 7, 7",
  })
  void percentageOfAWaveIsRoundedDownAndIsAtLeastOne(int percent, int members, int wave) {
    assertEquals(wave, Amount.percent(percent).outOf(members));
    assertEquals(wave, new Waves(List.of(Amount.percent(percent))).split(members).getFirst());
  }

  @Test
  void withoutSizesAllAreOneWave() {
    assertEquals(List.of(7), new Waves(List.of()).split(7));
    assertEquals(List.of(), new Waves(List.of()).split(0));
  }

  @Test
  void stopsAtTheNumberNotOneLater() {
    StopRule rule = stop(Amount.count(3), 0);
    assertFalse(stops(rule, 2, 1000));
    assertTrue(stops(rule, 3, 1000));
    assertTrue(stops(rule, 4, 1000));
    assertTrue(stops(rule, 3, 3));
  }

  @ParameterizedTest
  @CsvSource({
    "20, 1, 6, false", // 16.7 %
    "20, 1, 5, true", // 20 %: reached is enough
    "20, 2, 9, true",
    "20, 19, 96, false", // 19.8 %: nothing is rounded up
    "20, 20, 100, true",
    "1, 1, 101, false",
    "1, 1, 100, true",
    "100, 99, 100, false",
    "100, 100, 100, true",
    "100, 0, 0, false",
  })
  void stopsAtThePercentageOfThoseThatHaveEnded(int percent, int failed, int ended, boolean stops) {
    assertEquals(stops, stops(stop(Amount.percent(percent), 0), failed, ended));
  }

  @Test
  void percentageIsNotAskedForBeforeSoManyHaveEnded() {
    StopRule rule = stop(Amount.percent(50), 10);
    assertFalse(stops(rule, 9, 9));
    assertTrue(stops(rule, 5, 10));
    assertTrue(stops(rule, 6, 11));
    assertTrue(stops(stop(Amount.count(2), 10), 2, 2), "a number is asked for at once");
  }

  @Test
  void waveHasARuleOfItsOwn() {
    StopRule rule =
        new StopRule(Optional.of(Amount.percent(50)), Optional.of(Amount.count(2)), Set.of(), 0);
    assertTrue(rule.reached(1, 100, 1, 4).isEmpty());
    assertTrue(rule.reached(2, 100, 2, 4).orElseThrow().contains("wave"));
    assertTrue(rule.reached(50, 100, 1, 4).orElseThrow().contains("batch"));
  }

  @Test
  void unreachableAndTimedOutAndInDoubtCountUnlessLeftOutByName() {
    for (Outcome outcome : Outcome.values()) {
      assertEquals(outcome != Outcome.SUCCEEDED, outcome.isFailure(), outcome.word());
      assertTrue(stop(Amount.count(1), 0).counts(outcome));
      assertFalse(stop(Amount.count(1), 0, outcome).counts(outcome));
    }
  }

  @Test
  void rateGrowsByItsFactorWheneverSoManyHaveSucceeded() {
    Rate rate = new Rate(10, 2, 20);
    assertEquals(Duration.ofSeconds(6), rate.between(0));
    assertEquals(Duration.ofSeconds(6), rate.between(19));
    assertEquals(Duration.ofSeconds(3), rate.between(20));
    assertEquals(Duration.ofSeconds(3), rate.between(39));
    assertEquals(Duration.ofMillis(1500), rate.between(40));
    assertEquals(Duration.ofMillis(60), rate.between(1_000_000), "1000 per minute at most");
    assertEquals(Duration.ofSeconds(60), new Rate(1, 1, 1).between(5000));
  }

  @Test
  void triesAgainSoManyTimesAndWaitsLongerEachTime() {
    Retries retries =
        new Retries(
            Map.of("failed", 2, "unreachable", 10, "device-memory", 3),
            Duration.ofSeconds(30),
            2,
            Duration.ofSeconds(100));
    assertEquals(Optional.of(Duration.ofSeconds(30)), retries.after(Outcome.FAILED, List.of(), 1));
    assertEquals(Optional.of(Duration.ofSeconds(60)), retries.after(Outcome.FAILED, List.of(), 2));
    assertEquals(Optional.empty(), retries.after(Outcome.FAILED, List.of(), 3));
    assertEquals(
        Optional.of(Duration.ofSeconds(100)), retries.after(Outcome.UNREACHABLE, List.of(), 3));
    assertEquals(Optional.empty(), retries.after(Outcome.TIMED_OUT, List.of(), 1));
    assertTrue(retries.after(Outcome.REFUSED, List.of("device-memory"), 3).isPresent());
    assertEquals(Optional.empty(), retries.after(Outcome.REFUSED, List.of("device-memory"), 4));
    assertEquals(
        Optional.empty(),
        retries.after(Outcome.REFUSED, List.of("device-memory", "twin"), 1),
        "all of them must go, and one does not");
  }

  @Test
  void whatIsInDoubtIsNeverTriedAgain() {
    Retries all =
        new Retries(
            Map.of("in-doubt", 5, "nowhere", 5, "aborted", 5, "succeeded", 5),
            Duration.ofSeconds(1),
            1,
            Duration.ofSeconds(1));
    for (Outcome outcome :
        List.of(Outcome.IN_DOUBT, Outcome.NOWHERE, Outcome.ABORTED, Outcome.SUCCEEDED)) {
      assertEquals(Optional.empty(), all.after(outcome, List.of(), 1));
    }
    assertFalse(Outcome.IN_DOUBT.mayBeAskedAgain());
    assertFalse(Outcome.NOWHERE.mayBeAskedAgain());
    assertFalse(Outcome.SUCCEEDED.mayBeAskedAgain());
    assertTrue(Outcome.ABORTED.mayBeAskedAgain());
  }

  @Test
  void largerContainersMayTakeLonger() {
    Timeouts timeouts =
        new Timeouts(
            Duration.ofMinutes(2),
            Duration.ofMinutes(10),
            Duration.ofMinutes(4),
            Map.of("freezing", Duration.ofSeconds(20)),
            Duration.ofDays(1));
    long gib = 1L << 30;
    assertEquals(Duration.ofMinutes(10), timeouts.migration(0));
    assertEquals(Duration.ofMinutes(12), timeouts.migration(gib / 2));
    assertEquals(Duration.ofMinutes(18), timeouts.migration(2 * gib));
    assertEquals(Optional.of(Duration.ofSeconds(20 + 240)), timeouts.phase("freezing", gib));
    assertEquals(Optional.empty(), timeouts.phase("restoring", gib));
  }
}
