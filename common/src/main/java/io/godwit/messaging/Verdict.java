package io.godwit.messaging;

import io.godwit.contract.Decision;
import java.util.List;

/** What the records of one migration in the decision log amount to. */
public sealed interface Verdict {
  /** Neither Claim nor Abort stands in the log. */
  record Open() implements Verdict {}

  /** An Abort came first: no device may restore, the source runs on. */
  record Aborted(String by, String reason) implements Verdict {}

  /** A Claim came first and its agent has not said how it ended. */
  record Claimed(String device, String agentRun) implements Verdict {}

  /** Claimed and restored. */
  record Succeeded(Decision decision) implements Verdict {}

  /** Claimed and not restored: nothing of it runs on the device. */
  record Failed(Decision decision) implements Verdict {}

  /**
   * Reads the records in order. Outcomes before any Claim, and Claims or Aborts after the first of
   * either, say nothing.
   *
   * @param decisions the records of one migration in the order of the log
   */
  static Verdict of(List<Decision> decisions) {
    Verdict verdict = new Open();
    for (Decision decision : decisions) {
      verdict = verdict.after(decision);
    }
    return verdict;
  }

  private Verdict after(Decision decision) {
    return switch (this) {
      case Open open ->
          switch (decision.getKindCase()) {
            case CLAIM ->
                new Claimed(decision.getClaim().getDevice(), decision.getClaim().getAgentRun());
            case ABORT -> new Aborted(decision.getAbort().getBy(), decision.getAbort().getReason());
            case SUCCEEDED, FAILED, KIND_NOT_SET -> open;
          };
      case Claimed claimed ->
          switch (decision.getKindCase()) {
            case SUCCEEDED -> new Succeeded(decision);
            case FAILED -> new Failed(decision);
            case CLAIM, ABORT, KIND_NOT_SET -> claimed;
          };
      case Aborted aborted -> aborted;
      case Succeeded succeeded -> succeeded;
      case Failed failed -> failed;
    };
  }
}
