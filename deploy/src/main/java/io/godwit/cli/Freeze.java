package io.godwit.cli;

import io.godwit.contract.Event;
import io.godwit.contract.PhaseTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How long a container may stand still, and how long it has.
 *
 * @param budget empty where nobody has told it
 * @param spent empty where it has not stood still as far as is known
 * @param still whether it stands still now
 */
record Freeze(Optional<Duration> budget, Optional<Duration> spent, boolean still) {
  /** What holds where a request does not say it. */
  static final Duration STANDARD = Duration.ofSeconds(60);

  /**
   * @param requested as the request says, where it is still kept
   * @param nowMs by this machine's clock
   */
  static Freeze of(List<Event> events, Optional<Duration> requested, long nowMs) {
    Optional<Duration> told =
        events.reversed().stream()
            .map(Event::getFreezeBudgetMs)
            .filter(budget -> budget > 0)
            .findFirst()
            .map(Duration::ofMillis);
    // Only who has the container says since when; others' words of the same moment say nothing.
    Optional<Event> latest =
        events.reversed().stream().filter(event -> event.getFreezeBudgetMs() > 0).findFirst();
    Optional<Duration> until =
        latest
            .filter(event -> event.getFrozenAtMs() > 0 && !event.getEnded())
            .map(event -> Duration.ofMillis(Math.max(0, nowMs - event.getFrozenAtMs())));
    return new Freeze(told.or(() -> requested), until.or(() -> timed(events)), until.isPresent());
  }

  private static Optional<Duration> timed(List<Event> events) {
    return events.reversed().stream()
        .map(Event::getPhasesList)
        .filter(phases -> phases.stream().anyMatch(PhaseTime::getFrozen))
        .findFirst()
        .map(phases ->
            Duration.ofMillis(
                phases.stream()
                    .filter(PhaseTime::getFrozen)
                    .mapToLong(PhaseTime::getDurationMs)
                    .sum()));
  }

  /** One sentence; empty where there is nothing to tell. */
  Optional<String> words() {
    String of = budget.map(most -> " of the " + Durations.words(most) + " that it may").orElse("");
    return spent
        .map(time ->
            "%s for %s%s."
                .formatted(
                    still ? "The container stands still" : "The container stood still",
                    Durations.words(time),
                    of))
        .or(() ->
            budget.map(
                most -> "The container may stand still for %s.".formatted(Durations.words(most))));
  }
}
