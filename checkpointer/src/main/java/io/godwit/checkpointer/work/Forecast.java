package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Order;
import io.godwit.contract.PhaseTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How long a container is going to stand still, from what its own rehearsal and the memory that
 * went ahead have shown: what it writes while memory is sent must be sent again, at the rate at
 * which that was sent.
 */
final class Forecast {
  /** Pausing, the records' way through the topics, converting, claiming. */
  private static final Duration FIXED = Duration.ofMillis(500);

  /** How fast CRIU walks through memory that it need not send. */
  private static final double WALKED_BYTES_PER_MS = 1 << 20;

  private static final double GIGABIT_BYTES_PER_MS = 125_000;

  private Forecast() {}

  /**
   * The prediction.
   *
   * @param restore how long the rehearsal's restore took on the device
   */
  static Duration of(Order order, Duration restore) {
    Optional<PhaseTime> all = phase(order.phases(), PhaseName.MEMORY_AHEAD);
    Optional<PhaseTime> again = phase(order.phases(), PhaseName.MEMORY_AGAIN);
    double millis = FIXED.toMillis() + restore.toMillis();
    if (all.isPresent()) {
      double bytesPerMs = Math.max(1, all.get().getBytes()) / (double) millis(all.get());
      millis += all.get().getBytes() / WALKED_BYTES_PER_MS;
      millis += left(order, all.get(), again) / bytesPerMs;
    }
    return Duration.ofMillis((long) millis);
  }

  /**
   * Before any rehearsal, by the memory alone: a guess, as if the container wrote a twentieth of it
   * while it is sent, at the rate of a gigabit.
   */
  static Duration unrehearsed(long memory) {
    double millis = 2.0 * FIXED.toMillis() + memory / WALKED_BYTES_PER_MS;
    return Duration.ofMillis((long) (millis + memory / 20.0 / GIGABIT_BYTES_PER_MS));
  }

  /** What it will have written since the last round; all of it where there was one round only. */
  private static double left(Order order, PhaseTime all, Optional<PhaseTime> again) {
    if (again.isEmpty()) {
      return all.getBytes();
    }
    long between =
        phase(order.phases(), PhaseName.REHEARSAL).map(Forecast::millis).orElse(millis(all));
    double written = again.get().getBytes() / (double) Math.max(between, millis(all));
    return Math.min(
        (double) again.get().getBytes(), written * (millis(again.get()) + FIXED.toMillis()));
  }

  private static long millis(PhaseTime phase) {
    return Math.max(1, phase.getDurationMs());
  }

  private static Optional<PhaseTime> phase(List<PhaseTime> phases, PhaseName name) {
    return phases.stream().filter(phase -> phase.getPhase().equals(name.label())).findFirst();
  }
}
