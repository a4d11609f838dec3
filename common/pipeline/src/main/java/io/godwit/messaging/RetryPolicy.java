package io.godwit.messaging;

import java.time.Duration;

/**
 * How often a handler is tried before its record goes to the dead letters, and the pauses between:
 * each three times the one before.
 *
 * @param tries at least 1
 * @param firstPause after the first failure
 * @param longestPause no pause is longer
 */
public record RetryPolicy(int tries, Duration firstPause, Duration longestPause) {
  /** 5 tries within some 40 seconds: an engine or a store that restarts is back by then. */
  public static final RetryPolicy STANDARD =
      new RetryPolicy(5, Duration.ofSeconds(1), Duration.ofSeconds(60));

  public RetryPolicy {
    if (tries < 1) {
      throw new IllegalArgumentException("a record must be tried at least once, not " + tries);
    }
  }

  /**
   * The pause before the next try.
   *
   * @param failures how many there have been, from 1
   */
  public Duration pauseAfter(int failures) {
    Duration pause = firstPause;
    for (int i = 1; i < failures && pause.compareTo(longestPause) < 0; i++) {
      pause = pause.multipliedBy(3);
    }
    return pause.compareTo(longestPause) < 0 ? pause : longestPause;
  }
}
