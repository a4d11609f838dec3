package io.godwit.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.agent.state.Boot;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndOfRestoredTest {
  private static final Instant START = Instant.parse("2026-11-26T20:00:00Z");
  private static final Duration AT_ONCE = Duration.ofMillis(40);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 127, 128, 254})
  void whoExitsHasComeToItsOwnEnd(int code) {
    assertEquals(Optional.empty(), failure(code, AT_ONCE, true));
    assertEquals(Optional.empty(), failure(code, AT_ONCE, false));
  }

  @ParameterizedTest
  @ValueSource(ints = {132, 133, 134, 135, 136, 139, 159})
  void aFaultAtOnceIsTheMovesOnlyWhereItChangedTheMachine(int code) {
    assertTrue(failure(code, AT_ONCE, true).orElse("").contains("signal " + (code - 128)));
    assertEquals(Optional.empty(), failure(code, AT_ONCE, false));
    assertEquals(Optional.empty(), failure(code, Duration.ofMinutes(1), true));
  }

  @ParameterizedTest
  @ValueSource(ints = {129, 130, 137, 143})
  void whoIsKilledFromOutsideHasNotComeToItsEnd(int code) {
    assertTrue(failure(code, AT_ONCE, false).isPresent());
    assertTrue(failure(code, Duration.ofHours(1), false).isPresent());
  }

  @Test
  void whatTheEngineDoesNotKnowIsNoEnd() {
    assertTrue(failure(255, AT_ONCE, false).isPresent());
  }

  @Test
  void wantOfMemoryIsTheDevicesFailure() {
    var end = new EndOfRestored.End(0, true, START, START.plus(AT_ONCE));
    assertTrue(EndOfRestored.failure(end, false, Optional.empty()).isPresent());
  }

  @Test
  void aMachineThatWasStartedAnewHasEndedWhatRanUnlessItHadExitedBefore() {
    var end = new EndOfRestored.End(0, false, START, START.plusSeconds(5));
    Boot later = new Boot("2", START.plusSeconds(60));
    assertEquals(Optional.empty(), EndOfRestored.failure(end, false, Optional.of(later)));
    Boot meanwhile = new Boot("2", START.plusSeconds(4));
    assertTrue(EndOfRestored.failure(end, false, Optional.of(meanwhile)).isPresent());
    Boot unknown = new Boot("2", Instant.EPOCH);
    assertTrue(EndOfRestored.failure(end, false, Optional.of(unknown)).isPresent());
  }

  private static Optional<String> failure(int code, Duration after, boolean changed) {
    var end = new EndOfRestored.End(code, false, START, START.plus(after));
    return EndOfRestored.failure(end, changed, Optional.empty());
  }
}
