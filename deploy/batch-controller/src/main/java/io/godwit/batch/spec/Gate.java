package io.godwit.batch.spec;

import java.time.Duration;
import java.util.Optional;

/**
 * What is between two waves.
 *
 * @param pauses waits for people once it is open
 * @param soak how long after the wave's last end
 * @param query PromQL that must hold; no answer is no
 */
public record Gate(boolean pauses, Duration soak, Optional<String> query) {
  /** Straight on. */
  public static final Gate OPEN = new Gate(false, Duration.ZERO, Optional.empty());

  /** What Prometheus said. */
  public sealed interface Answer {
    /** It has samples, and none of them is 0. */
    record Holds() implements Answer {}

    /** It does not, or nobody knows. */
    record Not(String why) implements Answer {}
  }
}
