package io.godwit.checkpointer.work;

import java.time.Duration;

/**
 * How long things may take.
 *
 * @param migration the whole, where a request says nothing
 * @param park until every process is at its migration point
 * @param rehearsal until the device has answered
 * @param doubt after a Claim, until a missing outcome is called a doubt; never before the
 *     migration's own deadline
 */
public record Deadlines(Duration migration, Duration park, Duration rehearsal, Duration doubt) {
  public static final Deadlines STANDARD =
      new Deadlines(
          Duration.ofMinutes(15),
          Duration.ofSeconds(30),
          Duration.ofMinutes(10),
          Duration.ofMinutes(2));
}
