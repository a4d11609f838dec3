package io.godwit.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.contract.Abort;
import io.godwit.contract.Claim;
import io.godwit.contract.Decision;
import io.godwit.contract.Failed;
import io.godwit.contract.Succeeded;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final Decision ABORT =
      Decision.newBuilder()
          .setAbort(Abort.newBuilder().setBy("operator").setReason("asked"))
          .build();
  private static final Decision SUCCEEDED =
      Decision.newBuilder().setSucceeded(Succeeded.getDefaultInstance()).build();
  private static final Decision FAILED =
      Decision.newBuilder().setFailed(Failed.getDefaultInstance()).build();
  private static final Decision UNKNOWN = Decision.getDefaultInstance();

  private static Decision claim(String run) {
    return Decision.newBuilder()
        .setClaim(Claim.newBuilder().setDevice("pi").setAgentRun(run))
        .build();
  }

  private static Verdict of(Decision... decisions) {
    return Verdict.of(List.of(decisions));
  }

  @Test
  void nothingDecidedIsOpen() {
    assertEquals(new Verdict.Open(), of());
  }

  @Test
  void firstOfClaimAndAbortDecides() {
    assertEquals(new Verdict.Claimed("pi", "r1"), of(claim("r1"), ABORT));
    assertEquals(new Verdict.Aborted("operator", "asked"), of(ABORT, claim("r1")));
  }

  @Test
  void secondClaimSaysNothing() {
    assertEquals(new Verdict.Claimed("pi", "r1"), of(claim("r1"), claim("r2")));
  }

  @Test
  void firstOutcomeAfterAClaimIsTheOutcome() {
    assertEquals(new Verdict.Succeeded(SUCCEEDED), of(claim("r1"), SUCCEEDED, FAILED));
    assertEquals(new Verdict.Failed(FAILED), of(claim("r1"), ABORT, FAILED, SUCCEEDED));
  }

  @Test
  void outcomeWithoutAClaimSaysNothing() {
    assertEquals(new Verdict.Open(), of(SUCCEEDED, FAILED));
    assertEquals(new Verdict.Aborted("operator", "asked"), of(ABORT, SUCCEEDED));
  }

  @Test
  void kindOfALaterVersionSaysNothing() {
    assertEquals(new Verdict.Claimed("pi", "r1"), of(UNKNOWN, claim("r1"), UNKNOWN));
  }
}
