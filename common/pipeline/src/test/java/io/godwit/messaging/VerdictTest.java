package io.godwit.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.contract.Abort;
import io.godwit.contract.Attempt;
import io.godwit.contract.Claim;
import io.godwit.contract.Decision;
import io.godwit.contract.Failed;
import io.godwit.contract.Resolved;
import io.godwit.contract.Resolved.RanOn;
import io.godwit.contract.Succeeded;
import java.util.List;
import org.junit.jupiter.api.Test;

final class VerdictTest {
  private static final Attempt ATTEMPT = attempt(1, "phone-1");
  private static final Decision CLAIM = claim(ATTEMPT, "phone-1");
  private static final Verdict CLAIMED = new Verdict.Claimed("phone", "phone-1", "run");

  @Test
  void nothingIsDecidedBeforeTheFirstClaimOrAbort() {
    assertEquals(new Verdict.Open(), of());
    assertEquals(new Verdict.Open(), of(succeeded(ATTEMPT, "phone-1")));
  }

  @Test
  void theFirstOfClaimAndAbortDecides() {
    assertEquals(CLAIMED, of(CLAIM, abort()));
    assertEquals(new Verdict.Aborted("operator", "why"), of(abort(), CLAIM));
  }

  @Test
  void aClaimOfAnotherAttemptSaysNothing() {
    assertEquals(new Verdict.Open(), of(claim(attempt(2, "phone-1"), "phone-1")));
    assertEquals(
        new Verdict.Open(),
        of(
            claim(
                ATTEMPT.toBuilder().setCheckpointSha256("another migration's").build(),
                "phone-1")));
  }

  @Test
  void aClaimByAnotherMachineOfTheSameNameSaysNothing() {
    assertEquals(new Verdict.Open(), of(claim(ATTEMPT, "phone-2")));
    assertEquals(CLAIMED, of(claim(ATTEMPT, "phone-2"), CLAIM));
  }

  @Test
  void aClaimOfAnAgentThatKnowsNoAttemptsSaysNothing() {
    Decision old = Decision.newBuilder().setClaim(Claim.newBuilder().setDevice("phone")).build();
    assertEquals(new Verdict.Open(), of(old));
    assertEquals(new Verdict.Open(), Verdict.beforeAnyAttempt(List.of(old)));
  }

  @Test
  void onlyWhoHasClaimedSaysHowItEnded() {
    assertEquals(CLAIMED, of(CLAIM, succeeded(ATTEMPT, "phone-2")));
    assertEquals(CLAIMED, of(CLAIM, succeeded(attempt(2, "phone-1"), "phone-1")));
    Decision success = succeeded(ATTEMPT, "phone-1");
    assertEquals(new Verdict.Succeeded(success), of(CLAIM, success, failed(ATTEMPT, "phone-1")));
    Decision failure = failed(ATTEMPT, "phone-1");
    assertEquals(new Verdict.Failed(failure), of(CLAIM, failure, success));
  }

  @Test
  void anAbortWithoutAnAttemptIsOfAll() {
    assertEquals(
        new Verdict.Aborted("operator", "why"), Verdict.beforeAnyAttempt(List.of(abort())));
    Decision earlier =
        Decision.newBuilder()
            .setAbort(Abort.newBuilder().setBy("checkpointer").setAttempt(attempt(2, "phone-1")))
            .build();
    assertEquals(CLAIMED, of(earlier, CLAIM));
  }

  @Test
  void theOperatorsWordEndsADoubtAndIsNotOverruled() {
    Verdict host = new Verdict.Resolved(RanOn.HOST, "eva", "phone is lost");
    assertEquals(host, of(CLAIM, resolved(RanOn.HOST), succeeded(ATTEMPT, "phone-1")));
    Decision success = succeeded(ATTEMPT, "phone-1");
    assertEquals(new Verdict.Succeeded(success), of(CLAIM, success, resolved(RanOn.HOST)));
  }

  @Test
  void nobodyCanSayThatItRunsOnADeviceThatHasNotClaimed() {
    assertEquals(CLAIMED, of(resolved(RanOn.DEVICE), CLAIM));
  }

  @Test
  void inALogThatHasForgottenAnOutcomeStandsForItsClaim() {
    Decision success = succeeded(ATTEMPT, "phone-1");
    assertEquals(
        new Verdict.Succeeded(success),
        Verdict.of(List.of(success), ATTEMPT, Verdict.Memory.FORGOTTEN));
    assertEquals(
        new Verdict.Open(),
        Verdict.of(List.of(succeeded(ATTEMPT, "phone-2")), ATTEMPT, Verdict.Memory.FORGOTTEN));
    assertEquals(
        new Verdict.Resolved(RanOn.DEVICE, "eva", "phone is lost"),
        Verdict.of(List.of(resolved(RanOn.DEVICE)), ATTEMPT, Verdict.Memory.FORGOTTEN));
  }

  @Test
  void inALogThatHasForgottenNeitherClaimNorAbortIsKnownToBeTheFirst() {
    for (Decision decision : List.of(CLAIM, abort())) {
      assertEquals(
          new Verdict.Open(), Verdict.of(List.of(decision), ATTEMPT, Verdict.Memory.FORGOTTEN));
    }
  }

  private static Verdict of(Decision... decisions) {
    return Verdict.of(List.of(decisions), ATTEMPT);
  }

  private static Attempt attempt(int epoch, String instance) {
    return Attempt.newBuilder()
        .setEpoch(epoch)
        .setCheckpointSha256("abc")
        .setDeviceInstance(instance)
        .setLogTopicId("topic")
        .setLogOffset(7)
        .build();
  }

  private static Decision claim(Attempt attempt, String instance) {
    return Decision.newBuilder()
        .setClaim(
            Claim.newBuilder()
                .setDevice("phone")
                .setInstance(instance)
                .setAgentRun("run")
                .setAttempt(attempt))
        .build();
  }

  private static Decision abort() {
    return Decision.newBuilder()
        .setAbort(Abort.newBuilder().setBy("operator").setReason("why"))
        .build();
  }

  private static Decision succeeded(Attempt attempt, String instance) {
    return Decision.newBuilder()
        .setSucceeded(Succeeded.newBuilder().setInstance(instance).setAttempt(attempt))
        .build();
  }

  private static Decision failed(Attempt attempt, String instance) {
    return Decision.newBuilder()
        .setFailed(Failed.newBuilder().setInstance(instance).setAttempt(attempt))
        .build();
  }

  private static Decision resolved(RanOn ranOn) {
    return Decision.newBuilder()
        .setResolved(Resolved.newBuilder().setRanOn(ranOn).setBy("eva").setReason("phone is lost"))
        .build();
  }
}
