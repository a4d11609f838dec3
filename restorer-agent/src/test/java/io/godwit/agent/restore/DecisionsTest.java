package io.godwit.agent.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.agent.state.MigrationId;
import io.godwit.contract.Decision;
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
  private final List<Duration> pauses = new ArrayList<>();
  private final Log log = new Log();

  @Test
  void theFirstClaimIsOurs() throws InterruptedException {
    Verdict verdict = decisions("phone", "run-1").claim(ID);
    assertTrue(decisions("phone", "run-1").isOfThisRun(verdict));
    assertTrue(decisions("phone", "run-2").isOurs(verdict));
    assertFalse(decisions("phone", "run-2").isOfThisRun(verdict));
    assertFalse(decisions("other", "run-1").isOurs(verdict));
    assertFalse(decisions("other", "run-1").isOfThisRun(decisions("other", "run-1").claim(ID)));
  }

  @Test
  void aClaimWhoseFateIsUnknownIsAskedForUntilItIsKnown() throws InterruptedException {
    log.failures = 3;
    log.writesThoughItFails = true;
    Verdict verdict = decisions("phone", "run-1").claim(ID);
    assertTrue(decisions("phone", "run-1").isOfThisRun(verdict));
    assertEquals(4, log.decisions.size(), "twice in the log does no harm");
    assertEquals(
        List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4)), pauses);
  }

  @Test
  void anOutcomeIsToldHoweverLongTheBrokerIsAway() throws InterruptedException {
    Decisions decisions = decisions("phone", "run-1");
    decisions.claim(ID);
    log.failures = 8;
    decisions.succeeded(ID, Succeeded.newBuilder().setContainerId("c"));
    assertEquals(Duration.ofSeconds(30), pauses.getLast());
    assertInstanceOf(Verdict.Succeeded.class, decisions.verdict(ID));
    assertTrue(decisions.isOurs(decisions.verdict(ID)));
  }

  @Test
  void aFailureCarriesCriusWords() throws InterruptedException {
    Decisions decisions = decisions("phone", "run-1");
    decisions.claim(ID);
    decisions.failed(ID, "no", List.of("Error (x): y"));
    Verdict.Failed failed = assertInstanceOf(Verdict.Failed.class, decisions.verdict(ID));
    assertEquals(List.of("Error (x): y"), failed.decision().getFailed().getLogList());
    assertEquals("phone", failed.decision().getFailed().getDevice());
  }

  private Decisions decisions(String device, String run) {
    return new Decisions(log, device, run, Clock.systemUTC(), pauses::add);
  }

  /** As the topic: a record may stand though the broker's answer is lost. */
  private static final class Log implements DecisionLog {
    private final List<Decision> decisions = new ArrayList<>();
    private int failures;
    private boolean writesThoughItFails;

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
      return true;
    }

    @Override
    public void close() {}
  }
}
