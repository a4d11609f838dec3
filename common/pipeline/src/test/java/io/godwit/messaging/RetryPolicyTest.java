package io.godwit.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
  @Test
  void pausesGrowThreefoldUpToTheLongest() {
    RetryPolicy policy = new RetryPolicy(9, Duration.ofSeconds(1), Duration.ofSeconds(20));
    assertEquals(
        List.of(1L, 3L, 9L, 20L, 20L),
        IntStream.rangeClosed(1, 5).mapToObj(n -> policy.pauseAfter(n).toSeconds()).toList());
    assertEquals(Duration.ofSeconds(20), policy.pauseAfter(Integer.MAX_VALUE));
  }

  @Test
  void recordIsTriedAtLeastOnce() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new RetryPolicy(0, Duration.ofSeconds(1), Duration.ofSeconds(1)));
  }
}
