package io.godwit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.godwit.contract.Abort;
import io.godwit.contract.Attempt;
import io.godwit.contract.Claim;
import io.godwit.contract.Decision;
import io.godwit.contract.Event;
import io.godwit.contract.Phase;
import io.godwit.contract.PhaseTime;
import io.godwit.contract.Runs;
import io.godwit.messaging.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class WordsTest {
  private static Event event(Phase phase, boolean ended, Runs runs) {
    return Event.newBuilder().setPhase(phase).setEnded(ended).setRuns(runs).build();
  }

  private static Attempt attempt(int epoch) {
    return Attempt.newBuilder().setEpoch(epoch).setDeviceInstance("i").build();
  }

  private static Decision claim(int epoch) {
    return Decision.newBuilder()
        .setClaim(Claim.newBuilder().setInstance("i").setAttempt(attempt(epoch)))
        .build();
  }

  private static Decision abort(Abort.Builder abort) {
    return Decision.newBuilder().setAbort(abort).build();
  }

  @Test
  void timesAreReadAsPeopleWriteThem() {
    Durations durations = new Durations();
    assertEquals(Duration.ofSeconds(90), durations.convert("90"));
    assertEquals(Duration.ofSeconds(60), durations.convert("60s"));
    assertEquals(Duration.ofMinutes(2), durations.convert("2m"));
    assertEquals(Duration.ofHours(1), durations.convert("1h"));
    assertEquals(Duration.ofMillis(500), durations.convert("500ms"));
    for (String wrong : List.of("0", "-1s", "soon", "1d", "", "99999999999")) {
      assertThrows(TypeConversionException.class, () -> durations.convert(wrong), wrong);
    }
  }

  @Test
  void onlyAnEventThatEndsGivesAnExitCode() {
    assertEquals(Optional.empty(), Outcome.of(event(Phase.FAILED, false, Runs.RUNS_UNSPECIFIED)));
    assertEquals(
        Optional.of(ExitStatus.DONE),
        Outcome.of(event(Phase.SUCCEEDED, true, Runs.RUNS_UNSPECIFIED)));
    assertEquals(
        Optional.of(ExitStatus.NOT_MOVED),
        Outcome.of(event(Phase.ROLLED_BACK, true, Runs.RUNS_UNSPECIFIED)));
    assertEquals(
        Optional.of(ExitStatus.RUNS_NOWHERE), Outcome.of(event(Phase.FAILED, true, Runs.NOWHERE)));
    assertEquals(
        Optional.of(ExitStatus.DONE), Outcome.of(event(Phase.IN_DOUBT, true, Runs.ON_DEVICE)));
  }

  @Test
  void verdictIsOfTheLatestAttemptThatADecisionNames() {
    Decision first = abort(Abort.newBuilder().setAttempt(attempt(1)));
    Decision all = abort(Abort.newBuilder().setBy("operator"));
    assertInstanceOf(Verdict.Aborted.class, Verdict.ofLatest(List.of(first)));
    assertInstanceOf(Verdict.Claimed.class, Verdict.ofLatest(List.of(first, claim(2))));
    assertInstanceOf(Verdict.Claimed.class, Verdict.ofLatest(List.of(first, claim(2), all)));
    assertInstanceOf(Verdict.Aborted.class, Verdict.ofLatest(List.of(first, all, claim(2))));
    assertInstanceOf(Verdict.Aborted.class, Verdict.ofLatest(List.of(all)));
    assertInstanceOf(Verdict.Open.class, Verdict.ofLatest(List.of()));
  }

  @Test
  void frozenTimeIsWhatTheHostSaysWhileItLastsAndWhatWasTimedAfterwards() {
    Event frozen = Event.newBuilder().setFreezeBudgetMs(60_000).setFrozenAtMs(1_000).build();
    Event others = Event.newBuilder().setService("converter").build();
    assertEquals(
        Optional.of("The container stands still for 20 s of the 60 s that it may."),
        Freeze.of(List.of(frozen, others), Optional.empty(), 21_000).words());
    Event ended =
        Event.newBuilder()
            .setFreezeBudgetMs(60_000)
            .setEnded(true)
            .addPhases(PhaseTime.newBuilder().setDurationMs(5_000))
            .addPhases(PhaseTime.newBuilder().setDurationMs(1_500).setFrozen(true))
            .build();
    assertEquals(
        Optional.of("The container stood still for 1.5 s of the 60 s that it may."),
        Freeze.of(List.of(frozen, ended), Optional.empty(), 99_000).words());
    assertEquals(Optional.empty(), Freeze.of(List.of(others), Optional.empty(), 0).words());
  }
}
