package io.godwit.agent.state;

import io.godwit.messaging.Sleeper;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Waits for something by looking again and again. */
public record Patience(Clock clock, Sleeper sleeper) {
  private static final Duration GLANCE = Duration.ofMillis(50);

  /** Something that can be looked at. */
  @FunctionalInterface
  public interface Condition {
    boolean holds() throws IOException;
  }

  /** Whether the condition came to hold in time. */
  public boolean await(Duration atMost, Condition condition)
      throws IOException, InterruptedException {
    Instant end = clock.instant().plus(atMost);
    while (!condition.holds()) {
      if (!clock.instant().isBefore(end)) {
        return false;
      }
      sleeper.sleep(GLANCE);
    }
    return true;
  }
}
