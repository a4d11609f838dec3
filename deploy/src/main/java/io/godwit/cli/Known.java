package io.godwit.cli;

import io.godwit.contract.Decision;
import io.godwit.contract.Event;
import io.godwit.contract.Phase;
import io.godwit.contract.Resolved.RanOn;
import io.godwit.messaging.Verdict;
import java.util.List;
import java.util.Optional;

/**
 * What is known of one migration: what the services have said (a service's queue may have dropped
 * some of it), and what stands in the log, which decides.
 */
record Known(String id, List<Event> events, List<Decision> decisions) {
  /** The last thing that was said. */
  Optional<Event> last() {
    return events.isEmpty() ? Optional.empty() : Optional.of(events.getLast());
  }

  /** How it ended for the one who asked, where it has. */
  Optional<ExitStatus> outcome() {
    return last().flatMap(Outcome::of);
  }

  /** What the log amounts to for its latest attempt. */
  Verdict verdict() {
    return Verdict.ofLatest(decisions);
  }

  /** Whether the host waits for somebody to say where it runs. */
  boolean inDoubt() {
    return last()
        .filter(event -> event.getPhase() == Phase.IN_DOUBT && !event.getEnded())
        .isPresent();
  }

  /** Whether the host tries to bring up a source whose frozen processes are gone. */
  boolean isSourceDown() {
    return last()
        .filter(event -> event.getPhase() == Phase.SOURCE_DOWN && !event.getEnded())
        .isPresent();
  }

  /** The verdict in one sentence. */
  static String words(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Open _ -> "nothing is decided: there is neither a claim nor an abort";
      case Verdict.Aborted(String by, String reason) ->
          "aborted by the %s (%s): no device may start it, it runs on where it was"
              .formatted(by, reason);
      case Verdict.Claimed(String device, String instance, String _) ->
          "claimed by %s (instance %s), which has not said how it ended"
              .formatted(device, instance);
      case Verdict.Succeeded(Decision decision) ->
          "it runs on %s (container %s)"
              .formatted(
                  decision.getSucceeded().getDevice(), decision.getSucceeded().getContainerId());
      case Verdict.Failed(Decision decision) ->
          "%s has claimed it and could not start it: %s"
              .formatted(decision.getFailed().getDevice(), decision.getFailed().getReason());
      case Verdict.Resolved(RanOn ranOn, String by, String reason) ->
          "%s has said that it runs on the %s (%s)"
              .formatted(by, ranOn == RanOn.DEVICE ? "device" : "host", reason);
    };
  }
}
