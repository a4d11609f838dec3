package io.godwit.checkpointer.work;

import io.godwit.checkpointer.pages.Convergence;
import java.time.Duration;
import java.util.Locale;

/**
 * How long a container is going to stand still, from what its own rehearsal and the memory that
 * went ahead have shown.
 *
 * @param time that it will stand still
 * @param rounds of memory that went ahead
 */
record Forecast(Duration time, Convergence rounds) {
  /** Pausing, the records' way through the topics, converting, claiming. */
  private static final Duration FIXED = Duration.ofMillis(500);

  /** How fast CRIU takes memory through a dump and a restore: as measured, deploy/bench. */
  private static final double BYTES_PER_MS = 1 << 19;

  private static final double GIGABIT_BYTES_PER_MS = 125_000;

  private static final double MILLION = 1e6;

  /**
   * The prediction.
   *
   * @param unread since the last round was read
   * @param restore how long the rehearsal's restore took on the device
   */
  static Forecast of(Convergence rounds, Duration unread, Duration restore) {
    double millis =
        FIXED.plus(restore).toMillis()
            + rounds.known() / BYTES_PER_MS
            + rounds.left(unread.plus(FIXED)) * 1000 / rounds.sendingRate();
    return new Forecast(Duration.ofMillis((long) millis), rounds);
  }

  /**
   * Before any rehearsal, by the memory alone: a guess, as if the container wrote a twentieth of it
   * while it is sent, at the rate of a gigabit.
   */
  static Duration unrehearsed(long memory) {
    double millis = 2.0 * FIXED.toMillis() + memory / WALKED_BYTES_PER_MS;
    return Duration.ofMillis((long) (millis + memory / 20.0 / GIGABIT_BYTES_PER_MS));
  }

  /** A sentence for people. */
  String words() {
    String still = "The container would stand still for about %d ms.".formatted(time.toMillis());
    return rounds.outruns()
        ? String.format(
            Locale.ROOT,
            "It writes %.1f MB/s of memory, and %.1f MB/s reach the device. %s",
            rounds.writingRate() / MILLION,
            rounds.sendingRate() / MILLION,
            still)
        : still;
  }
}
