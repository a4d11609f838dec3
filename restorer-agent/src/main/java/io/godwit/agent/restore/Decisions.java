package io.godwit.agent.restore;

import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.Self;
import io.godwit.contract.Attempt;
import io.godwit.contract.Claim;
import io.godwit.contract.Decision;
import io.godwit.contract.Failed;
import io.godwit.contract.Succeeded;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.LogPosition;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Verdict;
import io.godwit.messaging.Verdict.Memory;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's words in the decision log, and what the log makes of them. Every word names the
 * attempt, and is read back: what counts is what the log says, not what was said.
 */
final class Decisions {
  private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final DecisionLog log;
  private final Self self;
  private final Clock clock;
  private final Sleeper sleeper;

  /** Where an attempt stands, and whether the log remembers all that was said of it. */
  record Standing(Verdict verdict, Memory memory) {
    boolean isForgotten() {
      return memory == Memory.FORGOTTEN;
    }
  }

  Decisions(DecisionLog log, Self self, Clock clock, Sleeper sleeper) {
    this.log = log;
    this.self = self;
    this.clock = clock;
    this.sleeper = sleeper;
  }

  /**
   * Where an attempt stands now.
   *
   * @throws MessagingException when the broker does not answer
   */
  Standing standing(MigrationId id, Attempt attempt) {
    return standing(log.read(id.value()), attempt);
  }

  /** The same before there is an attempt: Open, Aborted or Resolved. */
  Verdict beforeAnyAttempt(MigrationId id) {
    return Verdict.beforeAnyAttempt(log.read(id.value()));
  }

  /** Whether this machine is the one that rehearsed, and may claim. */
  boolean isOurs(Attempt attempt) {
    return attempt.getDeviceInstance().equals(self.instance());
  }

  /** Whether a verdict is the claim of this very run. */
  boolean isOfThisRun(Verdict verdict) {
    return verdict instanceof Verdict.Claimed claimed && claimed.agentRun().equals(self.run());
  }

  /**
   * The attempts that this machine has claimed, and of which nobody has said how they ended.
   *
   * @throws MessagingException when the broker does not answer
   */
  List<Attempt> unfinished(MigrationId id) {
    List<Decision> all = log.read(id.value());
    return all.stream()
        .filter(Decision::hasClaim)
        .map(Decision::getClaim)
        .filter(claim -> claim.getInstance().equals(self.instance()))
        .filter(claim -> claim.getDevice().equals(self.device()))
        .map(Claim::getAttempt)
        .distinct()
        .filter(attempt -> Verdict.of(all, attempt) instanceof Verdict.Claimed)
        .toList();
  }

  /**
   * Claims, and says how the log decides; goes on trying until the log answers, because a claim
   * that may stand or not is no place to stop at.
   */
  Standing claim(MigrationId id, Attempt attempt) throws InterruptedException {
    Claim.Builder claim =
        Claim.newBuilder()
            .setDevice(self.device())
            .setInstance(attempt.getDeviceInstance())
            .setAgentRun(self.run())
            .setAttempt(attempt);
    return say(decision(id).setClaim(claim).build(), attempt);
  }

  /** Says that the container runs, or ran to its end; goes on trying until the log has it. */
  Verdict succeeded(MigrationId id, Attempt attempt, Succeeded.Builder success)
      throws InterruptedException {
    success
        .setDevice(self.device())
        .setInstance(attempt.getDeviceInstance())
        .setAgentRun(self.run())
        .setAttempt(attempt);
    return outcome(id, attempt, decision(id).setSucceeded(success).build());
  }

  /** Says that nothing of it runs here; goes on trying until the log has it. */
  Verdict failed(MigrationId id, Attempt attempt, String reason, List<String> criuSaid)
      throws InterruptedException {
    Failed.Builder failure =
        Failed.newBuilder()
            .setDevice(self.device())
            .setInstance(attempt.getDeviceInstance())
            .setAgentRun(self.run())
            .setAttempt(attempt)
            .setReason(reason)
            .addAllLog(criuSaid);
    return outcome(id, attempt, decision(id).setFailed(failure).build());
  }

  /** Only the journal's word brings us here: the claim stood in the log once. */
  private Verdict outcome(MigrationId id, Attempt attempt, Decision outcome)
      throws InterruptedException {
    Verdict verdict = say(outcome, attempt).verdict();
    if (verdict instanceof Verdict.Open
        && claim(id, attempt).verdict() instanceof Verdict.Claimed) {
      // The log has lost the claim and not noticed: whoever aborts first decides now.
      verdict = say(outcome, attempt).verdict();
    }
    return verdict;
  }

  private Standing say(Decision decision, Attempt attempt) throws InterruptedException {
    Duration pause = Duration.ofSeconds(1);
    boolean stands = false;
    while (true) {
      try {
        // Twice in the log does no harm: the first claim counts, and the first outcome after it.
        List<Decision> all = stands ? log.read(decision.getMigrationId()) : log.append(decision);
        stands = true;
        return standing(all, attempt);
      } catch (MessagingException e) {
        LOG.warn(
            "the decision {} is not known to stand in the log; again in {} s",
            decision.getKindCase(),
            pause.toSeconds(),
            e);
        sleeper.sleep(pause);
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
      }
    }
  }

  // Asked after the records were read: what the log still reaches back to then, it did before.
  private Standing standing(List<Decision> records, Attempt attempt) {
    boolean whole =
        log.reachesBackTo(new LogPosition(attempt.getLogTopicId(), attempt.getLogOffset()));
    Memory memory = whole ? Memory.WHOLE : Memory.FORGOTTEN;
    return new Standing(Verdict.of(records, attempt, memory), memory);
  }

  private Decision.Builder decision(MigrationId id) {
    return Decision.newBuilder().setMigrationId(id.value()).setAtMs(clock.millis());
  }
}
