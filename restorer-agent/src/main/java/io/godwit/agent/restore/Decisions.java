package io.godwit.agent.restore;

import io.godwit.agent.state.MigrationId;
import io.godwit.contract.Claim;
import io.godwit.contract.Decision;
import io.godwit.contract.Failed;
import io.godwit.contract.Succeeded;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent's words in the decision log. */
final class Decisions {
  private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final DecisionLog log;
  private final String device;
  private final String agentRun;
  private final Clock clock;
  private final Sleeper sleeper;

  /**
   * @param agentRun names this run of the agent
   */
  Decisions(DecisionLog log, String device, String agentRun, Clock clock, Sleeper sleeper) {
    this.log = log;
    this.device = device;
    this.agentRun = agentRun;
    this.clock = clock;
    this.sleeper = sleeper;
  }

  /** What the log says of a migration now. */
  Verdict verdict(MigrationId id) {
    return Verdict.of(log.read(id.value()));
  }

  /** Whether a verdict names this device as the one that claimed, or that the container runs on. */
  boolean isOurs(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Claimed claimed -> claimed.device().equals(device);
      case Verdict.Succeeded success ->
          success.decision().getSucceeded().getDevice().equals(device);
      case Verdict.Failed failure -> failure.decision().getFailed().getDevice().equals(device);
      case Verdict.Open _, Verdict.Aborted _, Verdict.Resolved _ -> false;
    };
  }

  /** Whether a verdict is the claim of this very run. */
  boolean isOfThisRun(Verdict verdict) {
    return verdict instanceof Verdict.Claimed claimed
        && claimed.device().equals(device)
        && claimed.agentRun().equals(agentRun);
  }

  /**
   * Claims, and says how the log decides; goes on trying until the log answers, because a claim
   * that may stand or not is no place to stop at.
   */
  Verdict claim(MigrationId id) throws InterruptedException {
    Claim claim = Claim.newBuilder().setDevice(device).setAgentRun(agentRun).build();
    return Verdict.of(say(decision(id).setClaim(claim).build()));
  }

  /** Says that the container runs; goes on trying until the log has it. */
  void succeeded(MigrationId id, Succeeded.Builder success) throws InterruptedException {
    say(decision(id).setSucceeded(success.setDevice(device)).build());
  }

  /** Says that nothing of it runs here; goes on trying until the log has it. */
  void failed(MigrationId id, String reason, List<String> criuSaid) throws InterruptedException {
    Failed failed =
        Failed.newBuilder().setDevice(device).setReason(reason).addAllLog(criuSaid).build();
    say(decision(id).setFailed(failed).build());
  }

  private List<Decision> say(Decision decision) throws InterruptedException {
    Duration pause = Duration.ofSeconds(1);
    while (true) {
      try {
        // Twice in the log does no harm: the first claim counts, and the first outcome after it.
        return log.append(decision);
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

  private Decision.Builder decision(MigrationId id) {
    return Decision.newBuilder().setMigrationId(id.value()).setAtMs(clock.millis());
  }
}
