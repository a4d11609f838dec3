package io.godwit.agent.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.Self;
import io.godwit.contract.Abort;
import io.godwit.contract.Attempt;
import io.godwit.contract.Decision;
import io.godwit.contract.Failed;
import io.godwit.contract.Succeeded;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.LogPosition;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecisionsTest {
  private static final MigrationId ID = new MigrationId("01234567-89ab-cdef-0123-456789abcdef");
  private static final Attempt ATTEMPT =
      Attempt.newBuilder().setEpoch(1).setDeviceInstance("i-1").build();
  private final List<Duration> pauses = new ArrayList<>();
  private final Log log = new Log();

  @Test
  void theFirstClaimOfTheAttemptDecides() throws InterruptedException {
    Decisions first = decisions("run-1");
    Verdict verdict = first.claim(ID, ATTEMPT).verdict();
    assertTrue(first.isOfThisRun(verdict));
    assertFalse(decisions("run-2").isOfThisRun(verdict));
    assertFalse(decisions("run-2").isOfThisRun(decisions("run-2").claim(ID, ATTEMPT).verdict()));
    assertEquals(List.of(ATTEMPT), first.unfinished(ID));
  }

  @Test
  void aClaimOfAnotherAttemptIsNoneOfThisOne() throws InterruptedException {
    Decisions decisions = decisions("run-1");
    decisions.claim(ID, ATTEMPT.toBuilder().setEpoch(2).build());
    assertInstanceOf(Verdict.Open.class, decisions.standing(ID, ATTEMPT).verdict());
  }

  @Test
  void onlyWhoHasRehearsedMayClaim() {
    assertTrue(decisions("run-1").isOurs(ATTEMPT));
    assertFalse(decisions("run-1").isOurs(ATTEMPT.toBuilder().setDeviceInstance("i-2").build()));
    assertFalse(decisions("run-1").isOurs(Attempt.getDefaultInstance()));
  }

  @Test
  void aClaimWhoseFateIsUnknownIsAskedForUntilItIsKnown() throws InterruptedException {
    log.failures = 3;
    log.writesThoughItFails = true;
    Verdict verdict = decisions("run-1").claim(ID, ATTEMPT).verdict();
    assertTrue(decisions("run-1").isOfThisRun(verdict));
    assertEquals(4, log.decisions.size(), "twice in the log does no harm");
    assertEquals(
        List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4)), pauses);
  }

  @Test
  void anOutcomeIsToldHoweverLongTheBrokerIsAway() throws InterruptedException {
    Decisions decisions = decisions("run-1");
    decisions.claim(ID, ATTEMPT);
    log.failures = 8;
    Verdict verdict = decisions.succeeded(ID, ATTEMPT, Succeeded.newBuilder().setContainerId("c"));
    assertEquals(Duration.ofSeconds(30), pauses.getLast());
    assertInstanceOf(Verdict.Succeeded.class, verdict);
    assertEquals(List.of(), decisions.unfinished(ID));
  }

  @Test
  void anOutcomeIsReadBackAndMayNotCount() throws InterruptedException {
    Decisions decisions = decisions("run-1");
    log.decisions.add(
        Decision.newBuilder()
            .setMigrationId(ID.value())
            .setAbort(Abort.newBuilder().setBy("operator"))
            .build());
    assertInstanceOf(
        Verdict.Aborted.class, decisions.succeeded(ID, ATTEMPT, Succeeded.newBuilder()));
  }

  @Test
  void aLogThatHasLostTheClaimIsToldOfItAgain() throws InterruptedException {
    Decisions decisions = decisions("run-1");
    Verdict verdict = decisions.failed(ID, ATTEMPT, "no", List.of());
    assertInstanceOf(Verdict.Failed.class, verdict);
    assertTrue(log.decisions.stream().anyMatch(Decision::hasClaim));
  }

  @Test
  void aForgottenLogStillTakesAnOutcomeAndNoClaimIsNeeded() throws InterruptedException {
    Decisions decisions = decisions("run-1");
    log.reachesBack = false;
    assertTrue(decisions.standing(ID, ATTEMPT).isForgotten());
    Verdict verdict = decisions.succeeded(ID, ATTEMPT, Succeeded.newBuilder());
    assertInstanceOf(Verdict.Succeeded.class, verdict);
    assertEquals(1, log.decisions.size());
  }

  @Test
  void aFailureCarriesCriusWordsAndWhoSaysIt() throws InterruptedException {
    Decisions decisions = decisions("run-1");
    decisions.claim(ID, ATTEMPT);
    Verdict verdict = decisions.failed(ID, ATTEMPT, "no", List.of("Error (x): y"));
    Failed failed = assertInstanceOf(Verdict.Failed.class, verdict).decision().getFailed();
    assertEquals(List.of("Error (x): y"), failed.getLogList());
    assertEquals("phone", failed.getDevice());
    assertEquals("i-1", failed.getInstance());
    assertEquals("run-1", failed.getAgentRun());
    assertEquals(ATTEMPT, failed.getAttempt());
  }

  private Decisions decisions(String run) {
    return new Decisions(log, new Self("phone", "i-1", run, ""), Clock.systemUTC(), pauses::add);
  }

  /** As the topic: a record may stand though the broker's answer is lost. */
  private static final class Log implements DecisionLog {
    private final List<Decision> decisions = new ArrayList<>();
    private int failures;
    private boolean writesThoughItFails;
    private boolean reachesBack = true;

    @Override
    public List<Decision> append(Decision decision) {
      if (failures > 0) {
        failures--;
        if (writesThoughItFails) {
          decisions.add(decision);
        }
        throw new MessagingException("no answer", new IllegalStateException());
      }
      decisions.add(decision);
      return read(decision.getMigrationId());
    }

    @Override
    public List<Decision> read(String migrationId) {
      return List.copyOf(decisions);
    }

    @Override
    public List<Decision> await(String migrationId, int known, Duration atMost) {
      return read(migrationId);
    }

    @Override
    public LogPosition end() {
      return new LogPosition("log", 0);
    }

    @Override
    public boolean reachesBackTo(LogPosition position) {
      return reachesBack;
    }

    @Override
    public void close() {}
  }
}
