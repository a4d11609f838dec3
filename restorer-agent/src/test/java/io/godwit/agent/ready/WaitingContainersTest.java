package io.godwit.agent.ready;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.Abort;
import io.godwit.contract.Attempt;
import io.godwit.contract.Claim;
import io.godwit.contract.Decision;
import io.godwit.contract.Resolved;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitingContainersTest {
  private static final Attempt OURS = Attempt.newBuilder().setWaiting("run-1").build();

  private static boolean isOver(Decision.Builder... decisions) {
    return WaitingContainers.isOver(
        List.of(decisions).stream().map(Decision.Builder::build).toList(), OURS);
  }

  private static Decision.Builder abort(Abort.Builder abort) {
    return Decision.newBuilder().setAbort(abort);
  }

  private static Abort.Builder of(String waiting) {
    return Abort.newBuilder()
        .setAttempt(Attempt.newBuilder().setEpoch(1).setDeviceInstance("i").setWaiting(waiting));
  }

  @Test
  void itWaitsUntilTheLogSaysThatItIsNotToCome() {
    assertFalse(isOver());
    assertTrue(isOver(abort(Abort.newBuilder().setBy("checkpointer"))), "refused, or aborted");
    assertTrue(isOver(abort(of("run-1"))), "its attempt was aborted");
    assertTrue(
        isOver(
            Decision.newBuilder()
                .setResolved(Resolved.newBuilder().setRanOn(Resolved.RanOn.HOST))));
  }

  @Test
  void whatIsSaidOfAnEarlierRehearsalOfTheSameIdDoesNotEndIt() {
    assertFalse(isOver(abort(of("run-0")), abort(of(""))));
    assertFalse(isOver(Decision.newBuilder().setClaim(Claim.newBuilder().setDevice("phone"))));
  }
}
