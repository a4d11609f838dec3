package io.godwit.batch.spec;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a batch tries again by itself, and when. What is in doubt never is.
 *
 * @param times by the word of an outcome, or by the kind of a refusal, which goes before {@code
 *     refused}; of several refusals the one with the fewest times holds, since all of them must go
 * @param backoff before the first time
 * @param factor by which it grows, at least 1
 * @param most however far it grows
 */
public record Retries(Map<String, Integer> times, Duration backoff, double factor, Duration most) {
  /** Nothing is. */
  public static final Retries NONE =
      new Retries(Map.of(), Duration.ofSeconds(30), 2, Duration.ofMinutes(10));

  public Retries {
    times = Map.copyOf(times);
  }

  /**
   * How long to wait before the next try; empty: there is none.
   *
   * @param refusals the kinds of them
   * @param attempt that ended so, counted from 1
   */
  public Optional<Duration> after(Outcome outcome, List<String> refusals, int attempt) {
    if (!outcome.isRepeatable() || attempt > allowed(outcome, refusals)) {
      return Optional.empty();
    }
    double wait = (double) backoff.toMillis() * Math.pow(factor, attempt - 1.0);
    return Optional.of(Duration.ofMillis((long) Math.min(wait, (double) most.toMillis())));
  }

  private int allowed(Outcome outcome, List<String> refusals) {
    int general = times.getOrDefault(outcome.word(), 0);
    return refusals.stream()
        .mapToInt(kind -> times.getOrDefault(kind, general))
        .min()
        .orElse(general);
  }
}
