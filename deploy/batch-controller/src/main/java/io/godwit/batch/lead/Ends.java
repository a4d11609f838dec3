package io.godwit.batch.lead;

import io.godwit.batch.spec.Outcome;
import io.godwit.batch.state.Member.GivenUp;
import io.godwit.contract.Event;
import io.godwit.contract.Phase;
import io.godwit.contract.PhaseTime;
import io.godwit.contract.Reason;
import io.godwit.contract.Resolved.RanOn;
import io.godwit.contract.Runs;
import io.godwit.messaging.Verdict;
import io.godwit.refusal.RefusalKind;
import java.util.List;
import java.util.Optional;

/**
 * What a migration's last word amounts to. Only two things are a success: the end that its host
 * tells once the device has proved that the process runs there and the source is gone, and that
 * proof itself where the host tells nothing any more.
 */
final class Ends {
  private Ends() {}

  /**
   * How an event that ends a migration ends it.
   *
   * @param refusals all that were told of it
   * @param givenUp where it was asked to be given up
   */
  static Outcome of(Event end, List<Reason> refusals, Optional<GivenUp> givenUp) {
    Runs runs =
        end.getRuns() == Runs.RUNS_UNSPECIFIED
            ? end.getPhase() == Phase.SUCCEEDED ? Runs.ON_DEVICE : Runs.ON_HOST
            : end.getRuns();
    return switch (runs) {
      case ON_DEVICE -> Outcome.SUCCEEDED;
      case NOWHERE -> Outcome.NOWHERE;
      case ON_HOST ->
          givenUp.map(GivenUp::outcome).orElseGet(() -> notMoved(end.getPhase(), refusals));
      case RUNS_UNSPECIFIED, UNRECOGNIZED -> Outcome.IN_DOUBT;
    };
  }

  private static Outcome notMoved(Phase phase, List<Reason> refusals) {
    if (refusals.stream().anyMatch(why -> is(why, RefusalKind.DEADLINE))) {
      return Outcome.TIMED_OUT;
    }
    if (refusals.stream().anyMatch(why -> is(why, RefusalKind.DEVICE_SILENT))) {
      return Outcome.UNREACHABLE;
    }
    if (!refusals.isEmpty()) {
      return Outcome.REFUSED;
    }
    return phase == Phase.ABORTED ? Outcome.ABORTED : Outcome.FAILED;
  }

  private static boolean is(Reason reason, RefusalKind kind) {
    return reason.getKind().equals(kind.word());
  }

  /** Where no host says how it ended, what the log does. */
  static Outcome of(Verdict verdict, Outcome givenUpAs) {
    return switch (verdict) {
      case Verdict.Aborted _ -> givenUpAs;
      case Verdict.Failed _ -> Outcome.FAILED;
      case Verdict.Succeeded _ -> Outcome.SUCCEEDED;
      case Verdict.Resolved resolved ->
          resolved.ranOn() == RanOn.DEVICE ? Outcome.SUCCEEDED : Outcome.FAILED;
      // Open: what was written a moment ago is not there.
      case Verdict.Claimed _, Verdict.Open _ -> Outcome.IN_DOUBT;
    };
  }

  /** Whether an Abort came too late. */
  static boolean isTooLate(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Aborted _, Verdict.Failed _ -> false;
      case Verdict.Resolved resolved -> resolved.ranOn() == RanOn.DEVICE;
      case Verdict.Claimed _, Verdict.Succeeded _, Verdict.Open _ -> true;
    };
  }

  /** In a few words. */
  static String words(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Open _ -> "the log says nothing of it";
      case Verdict.Aborted(String by, String reason) -> "aborted by %s: %s".formatted(by, reason);
      case Verdict.Claimed(String device, String _, String _) ->
          "%s had claimed it, and has not said how that ended".formatted(device);
      case Verdict.Succeeded(var decision) ->
          "it runs on %s".formatted(decision.getSucceeded().getDevice());
      case Verdict.Failed(var decision) ->
          "%s could not start it: %s"
              .formatted(decision.getFailed().getDevice(), decision.getFailed().getReason());
      case Verdict.Resolved(RanOn ranOn, String by, String _) ->
          "%s has said that it runs on the %s"
              .formatted(by, ranOn == RanOn.DEVICE ? "device" : "host");
    };
  }

  static long frozenMs(Event end) {
    return end.getPhasesList().stream()
        .filter(PhaseTime::getFrozen)
        .mapToLong(PhaseTime::getDurationMs)
        .sum();
  }

  static long bytes(Event end) {
    return end.getPhasesList().stream().mapToLong(PhaseTime::getBytes).sum();
  }
}
