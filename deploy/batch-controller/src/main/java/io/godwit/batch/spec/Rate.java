package io.godwit.batch.spec;

import java.time.Duration;

/**
 * How fast migrations are started: evenly, never several at once to catch up.
 *
 * @param perMinute to begin with, at least 1
 * @param factor by which it grows whenever {@code every} more have succeeded, 1 to 5
 * @param every at least 1
 */
public record Rate(int perMinute, double factor, int every) {
  /** However far it grows. */
  public static final int MOST_PER_MINUTE = 1000;

  private static final double MINUTE_MS = 60_000;

  /** The least time between two starts once so many have succeeded. */
  public Duration between(long succeeded) {
    long times = succeeded / every;
    double now = perMinute * Math.pow(factor, (double) times);
    return Duration.ofMillis((long) Math.ceil(MINUTE_MS / Math.min(MOST_PER_MINUTE, now)));
  }
}
