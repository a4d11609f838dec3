package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;
import io.godwit.service.Metric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is measured of the migrations that are not at their end, and of how they came there. Every
 * name is there from the start, with 0: an alarm cannot tell a counter that nobody has seen yet
 * from a service that is away.
 */
final class UnderWay {
  private static final List<State> ENDS =
      List.of(State.SUCCEEDED, State.FAILED, State.ABORTED, State.ROLLED_BACK);

  private record Known(State state, Instant acceptedAt) {}

  private final Map<String, Known> known = new ConcurrentHashMap<>();
  private final MeterRegistry metrics;
  private final Counter unrestored;
  private final Counter overdrawn;

  UnderWay(MeterRegistry metrics, Clock clock) {
    this.metrics = metrics;
    this.unrestored = Metric.MIGRATIONS_UNRESTORED.counter(metrics);
    this.overdrawn = Metric.MIGRATIONS_OVERDRAWN.counter(metrics);
    for (State state : State.values()) {
      Metric.MIGRATIONS.gauge(metrics, () -> count(state), "state", word(state));
    }
    for (State end : ENDS) {
      Metric.MIGRATIONS_ENDED.counter(metrics, "outcome", word(end));
    }
    Metric.MIGRATION_FROZEN.timer(metrics, "outcome", word(State.SUCCEEDED));
    Metric.MIGRATION_FROZEN.timer(metrics, "outcome", word(State.ROLLED_BACK));
    Metric.MIGRATION_PREDICTED.timer(metrics);
    Metric.MIGRATIONS_OLDEST.gauge(metrics, () -> oldest(clock.instant()).toMillis() / 1000.0);
  }

  void entered(Migration migration) {
    Known before =
        known.put(migration.id(), new Known(migration.state(), migration.order().acceptedAt()));
    boolean claimed =
        before != null && (before.state() == State.CLAIMED || before.state() == State.IN_DOUBT);
    if (migration.state() == State.FAILED && claimed) {
      unrestored.increment();
    }
    if (migration instanceof Migration.Succeeded success) {
      Metric.MIGRATION_PREDICTED
          .timer(metrics)
          .record(Duration.ofMillis(success.prepared().forecastMs()));
    }
  }

  void stoodStill(Migration migration, Duration frozen) {
    if (frozen.compareTo(migration.order().freezeBudget()) > 0) {
      overdrawn.increment();
    }
  }

  void settled(Migration migration) {
    known.remove(migration.id());
  }

  private long count(State state) {
    return known.values().stream().filter(one -> one.state() == state).count();
  }

  private Duration oldest(Instant now) {
    return known.values().stream()
        .map(Known::acceptedAt)
        .min(Comparator.naturalOrder())
        .map(since -> Duration.between(since, now))
        .orElse(Duration.ZERO);
  }

  private static String word(State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
