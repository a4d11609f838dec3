package io.godwit.messaging;

import io.godwit.contract.Attempt;
import io.godwit.contract.Decision;
import io.godwit.contract.Resolved.RanOn;
import java.util.List;
import java.util.Optional;

/**
 * What the records of one migration in the decision log amount to, for one attempt. The promise
 * that a container never runs twice and is never lost stands on these rules:
 *
 * <ul>
 *   <li>The first Claim or Abort that is of this attempt decides. A Claim is of it when it names it
 *       and comes from the instance of the device that rehearsed; an Abort when it names it, or
 *       none, which means all.
 *   <li>How a claimed attempt ended is said by the instance that claimed, or by the operator; the
 *       first word counts.
 *   <li>Everything else says nothing: an earlier attempt's records, those of another migration that
 *       was given the same id, those of another machine with the same name.
 * </ul>
 */
public sealed interface Verdict {
  /** Nothing is decided. */
  record Open() implements Verdict {}

  /** An Abort came first: no device may restore, the source runs on. */
  record Aborted(String by, String reason) implements Verdict {}

  /** A Claim came first and its agent has not said how it ended. */
  record Claimed(String device, String instance, String agentRun) implements Verdict {}

  /** Claimed and restored. */
  record Succeeded(Decision decision) implements Verdict {}

  /** Claimed and not restored: nothing of it runs on the device. */
  record Failed(Decision decision) implements Verdict {}

  /** The operator has said where it runs, since nobody else could. */
  record Resolved(RanOn ranOn, String by, String reason) implements Verdict {}

  /** Whether a log has everything that was ever said of the attempt. */
  enum Memory {
    WHOLE,
    /**
     * A topic that was made anew, or has been cut off. What stands first in it need not have come
     * first; an outcome still counts, since it is said only by whose claim counted, and the
     * operator's word.
     */
    FORGOTTEN
  }

  /**
   * Reads the records in order.
   *
   * @param decisions the records of one migration in the order of the log
   * @param attempt the one that is asked for
   */
  static Verdict of(List<Decision> decisions, Attempt attempt, Memory memory) {
    Verdict verdict = new Open();
    for (Decision decision : decisions) {
      verdict = verdict.after(decision, attempt, memory);
    }
    return verdict;
  }

  /** Reads a log that has everything. */
  static Verdict of(List<Decision> decisions, Attempt attempt) {
    return of(decisions, attempt, Memory.WHOLE);
  }

  /** Before there is anything that could be claimed: Open, Aborted, or Resolved. */
  static Verdict beforeAnyAttempt(List<Decision> decisions) {
    return of(decisions, Attempt.getDefaultInstance());
  }

  /** Of the attempt that the latest decision names; before any where none names one. */
  static Verdict ofLatest(List<Decision> decisions) {
    return latestAttempt(decisions)
        .map(attempt -> of(decisions, attempt))
        .orElseGet(() -> beforeAnyAttempt(decisions));
  }

  /** The attempt that the latest decision names; none where no decision names one. */
  static Optional<Attempt> latestAttempt(List<Decision> decisions) {
    return decisions.reversed().stream()
        .flatMap(decision -> attempt(decision).stream())
        .findFirst();
  }

  private static Optional<Attempt> attempt(Decision decision) {
    return switch (decision.getKindCase()) {
      case CLAIM -> Optional.of(decision.getClaim().getAttempt());
      case ABORT ->
          Optional.of(decision.getAbort())
              .filter(abort -> abort.hasAttempt())
              .map(abort -> abort.getAttempt());
      case SUCCEEDED -> Optional.of(decision.getSucceeded().getAttempt());
      case FAILED -> Optional.of(decision.getFailed().getAttempt());
      case RESOLVED, KIND_NOT_SET -> Optional.empty();
    };
  }

  private Verdict after(Decision decision, Attempt attempt, Memory memory) {
    return switch (this) {
      case Open open ->
          switch (memory) {
            case WHOLE -> afterNothing(open, decision, attempt);
            case FORGOTTEN -> afterForgetting(open, decision, attempt);
          };
      case Claimed claimed ->
          switch (decision.getKindCase()) {
            case SUCCEEDED, FAILED -> ended(claimed, decision, attempt);
            case RESOLVED -> resolved(decision);
            case CLAIM, ABORT, KIND_NOT_SET -> claimed;
          };
      case Aborted aborted -> aborted;
      case Succeeded succeeded -> succeeded;
      case Failed failed -> failed;
      case Resolved resolved -> resolved;
    };
  }

  private static Verdict afterNothing(Open open, Decision decision, Attempt attempt) {
    return switch (decision.getKindCase()) {
      case CLAIM -> claims(decision, attempt) ? claimed(decision) : open;
      case ABORT -> aborts(decision, attempt) ? aborted(decision) : open;
      // That it runs on a device which has not claimed cannot be.
      case RESOLVED -> decision.getResolved().getRanOn() == RanOn.HOST ? resolved(decision) : open;
      case SUCCEEDED, FAILED, KIND_NOT_SET -> open;
    };
  }

  private static Verdict afterForgetting(Open open, Decision decision, Attempt attempt) {
    return switch (decision.getKindCase()) {
      case SUCCEEDED, FAILED -> ended(open, decision, attempt);
      case RESOLVED -> resolved(decision);
      // Another may have come before it, and decided.
      case CLAIM, ABORT, KIND_NOT_SET -> open;
    };
  }

  private static boolean claims(Decision decision, Attempt attempt) {
    var claim = decision.getClaim();
    return isOf(attempt, claim.getAttempt(), claim.getInstance());
  }

  private static boolean aborts(Decision decision, Attempt attempt) {
    var abort = decision.getAbort();
    return !abort.hasAttempt() || abort.getAttempt().equals(attempt);
  }

  private static Verdict ended(Verdict before, Decision decision, Attempt attempt) {
    if (decision.hasSucceeded()) {
      var success = decision.getSucceeded();
      return isOf(attempt, success.getAttempt(), success.getInstance())
          ? new Succeeded(decision)
          : before;
    }
    var failure = decision.getFailed();
    return isOf(attempt, failure.getAttempt(), failure.getInstance())
        ? new Failed(decision)
        : before;
  }

  private static boolean isOf(Attempt attempt, Attempt named, String instance) {
    return !attempt.getDeviceInstance().isEmpty()
        && named.equals(attempt)
        && instance.equals(attempt.getDeviceInstance());
  }

  private static Claimed claimed(Decision decision) {
    var claim = decision.getClaim();
    return new Claimed(claim.getDevice(), claim.getInstance(), claim.getAgentRun());
  }

  private static Aborted aborted(Decision decision) {
    return new Aborted(decision.getAbort().getBy(), decision.getAbort().getReason());
  }

  private static Resolved resolved(Decision decision) {
    var resolved = decision.getResolved();
    return new Resolved(resolved.getRanOn(), resolved.getBy(), resolved.getReason());
  }
}
