package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.MigrationObserver;
import io.godwit.checkpointer.migration.Standstill.Freeze;
import io.godwit.checkpointer.migration.State;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.PhaseTime;
import io.godwit.contract.Runs;
import io.godwit.messaging.EventPublisher;
import io.godwit.messaging.MigrationEvents;
import io.godwit.refusal.Refusal;
import io.godwit.service.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Tells people: an event and a log line for every transition, and metrics at the end. */
public final class Announcer implements MigrationObserver, Progress {
  private final EventPublisher events;
  private final MeterRegistry metrics;
  private final Clock clock;
  private final UnderWay underWay;

  public Announcer(EventPublisher events, MeterRegistry metrics, Clock clock) {
    this.events = events;
    this.metrics = metrics;
    this.clock = clock;
    this.underWay = new UnderWay(metrics, clock);
  }

  /** Migrations that an earlier run of this service left, which nobody enters anew. */
  public void goesOn(List<Migration> left) {
    left.forEach(underWay::entered);
  }

  @Override
  public void entered(Migration migration, String message) {
    underWay.entered(migration);
    voice(migration).say(migration.state().phase(), message, migration.order().phases(), List.of());
    frozen(migration);
  }

  @Override
  public void refused(Migration migration, String message, List<Refusal> refusals) {
    underWay.entered(migration);
    voice(migration)
        .refuse(migration.state().phase(), message, migration.order().phases(), refusals);
    frozen(migration);
    for (Refusal refusal : refusals) {
      Metric.REFUSALS
          .counter(metrics, "service", "checkpointer", "kind", refusal.kind().word())
          .increment();
    }
  }

  @Override
  public void settled(Migration migration, String message) {
    underWay.settled(migration);
    end(migration, message);
    String outcome = migration.state().name().toLowerCase(Locale.ROOT);
    traced(migration, outcome);
    Metric.MIGRATIONS_ENDED.counter(metrics, "outcome", outcome).increment();
    for (PhaseTime phase : migration.order().phases()) {
      Metric.MIGRATION_PHASE
          .timer(metrics, "phase", phase.getPhase())
          .record(Duration.ofMillis(phase.getDurationMs()));
      Metric.MIGRATION_BYTES
          .counter(metrics, "phase", phase.getPhase())
          .increment((double) phase.getBytes());
    }
  }

  private void end(Migration migration, String message) {
    State state = migration.state();
    voice(migration).end(state.phase(), message, migration.order().phases(), runs(state));
  }

  private void traced(Migration migration, String outcome) {
    MigrationEvents voice = voice(migration);
    voice.took(migration.order().phases().stream().filter(PhaseName::isOurs).toList());
    voice.took(
        migration.order().acceptedAt(),
        migration.request().getTraceparent(),
        outcome,
        Optional.of(migration.order().lastMessage())
            .filter(_ -> migration.state() != State.SUCCEEDED));
  }

  @Override
  public void saidAgain(Migration migration) {
    String message = migration.order().lastMessage();
    if (migration.settled()) {
      end(migration, message);
    } else {
      voice(migration)
          .say(migration.state().phase(), message, migration.order().phases(), List.of());
    }
  }

  @Override
  public LongConsumer of(Migration migration, String what, long totalBytes) {
    return voice(migration).progressOf(migration.state().phase(), what, totalBytes);
  }

  private static Runs runs(State end) {
    return switch (end) {
      case SUCCEEDED -> Runs.ON_DEVICE;
      case FAILED, ABORTED, ROLLED_BACK -> Runs.ON_HOST;
      case SOURCE_DOWN -> Runs.NOWHERE;
      case PENDING, PREFLIGHT, REHEARSING, FREEZING, FROZEN, CLAIMED, IN_DOUBT ->
          Runs.RUNS_UNSPECIFIED;
    };
  }

  // By this host's clock; what the device says of the end comes with its outcome a moment later.
  private void frozen(Migration migration) {
    Optional<Instant> frozenAt =
        switch (migration) {
          case Migration.Succeeded success -> success.standstill().freeze().map(Freeze::at);
          case Migration.RolledBack back -> back.frozenAt();
          case Migration.Pending _,
              Migration.Preflight _,
              Migration.Rehearsing _,
              Migration.Freezing _,
              Migration.Published _,
              Migration.GivenUp _,
              Migration.SourceDown _,
              Migration.Settled _ ->
              Optional.empty();
        };
    frozenAt.ifPresent(since -> {
      Duration frozen = Duration.between(since, clock.instant());
      Metric.MIGRATION_FROZEN
          .timer(metrics, "outcome", migration.state().name().toLowerCase(Locale.ROOT))
          .record(frozen);
      underWay.stoodStill(migration, frozen);
      voice(migration).took("frozen", since);
    });
  }

  private MigrationEvents voice(Migration migration) {
    MigrationRequest request = migration.request();
    long frozenAt =
        migration
            .touched()
            .flatMap(touched -> touched.standstill().freeze())
            .map(freeze -> freeze.at().toEpochMilli())
            .orElse(0L);
    return events
        .of(migration.id(), request.getHost(), request.getDevice(), request.getContainer())
        .frozen(frozenAt, migration.order().freezeBudget().toMillis())
        .forecast(forecastMs(migration));
  }

  /** 0 where nothing was rehearsed, or it is history. */
  private static long forecastMs(Migration migration) {
    return switch (migration) {
      case Migration.Freezing freezing -> freezing.prepared().forecastMs();
      case Migration.Published published -> published.prepared().forecastMs();
      case Migration.Succeeded success -> success.prepared().forecastMs();
      case Migration.Pending _,
          Migration.Preflight _,
          Migration.Rehearsing _,
          Migration.GivenUp _,
          Migration.SourceDown _,
          Migration.RolledBack _,
          Migration.Settled _ ->
          0;
    };
  }
}
