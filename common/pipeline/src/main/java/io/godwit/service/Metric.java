package io.godwit.service;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The inventory of what is measured. Names are Micrometer's, with dots; Prometheus shows them with
 * underscores, the unit and, for counters, {@code _total}.
 */
public enum Metric {
  RECORDS_HANDLED(
      "godwit.records.handled", "", "Records whose handler returned, by service, group and topic."),
  RECORDS_FAILED(
      "godwit.records.failed", "", "Tries of a handler that failed, by service, group and topic."),
  RECORDS_DEAD(
      "godwit.records.dead",
      "",
      "Records that went to the dead letters, by service, group and topic."),
  RECORDS_SKIPPED(
      "godwit.records.skipped",
      "",
      "Records that were for somebody else, by service, group and topic."),
  RECORDS_DROPPED(
      "godwit.records.dropped",
      "",
      "Records handled again by another member because the partition was lost, by service, group and topic."),
  RECORDS_HANDLING(
      "godwit.records.handling",
      "seconds",
      "Time a handler took, retries included, by service, group and topic."),
  RECORDS_LAG(
      "godwit.records.lag",
      "records",
      "Records not yet read, by service, group and topic, all partitions."),
  RECORDS_PUBLISHING(
      "godwit.records.publishing",
      "seconds",
      "Time until Kafka had acknowledged a record, by service and topic."),
  BLOBS_REQUEST(
      "godwit.blobs.request",
      "seconds",
      "Time until the blob store answered a request, by HTTP method and status (0: it did not)."),
  BLOBS_SENT("godwit.blobs.sent", "bytes", "Bytes sent to the blob store."),
  BLOBS_SPARED(
      "godwit.blobs.spared", "bytes", "Bytes not sent because the blob store had them already."),
  BLOBS_FETCHED("godwit.blobs.fetched", "bytes", "Bytes fetched from the blob store."),
  MIGRATIONS_ENDED(
      "godwit.migrations.ended", "", "Migrations at an end on their source host, by outcome."),
  MIGRATIONS(
      "godwit.migrations",
      "",
      "Migrations under way on their source host, by the state that they are in."),
  MIGRATIONS_OLDEST(
      "godwit.migrations.oldest",
      "seconds",
      "How long ago the oldest of the migrations under way was accepted; 0 where there is none."),
  MIGRATIONS_UNRESTORED(
      "godwit.migrations.unrestored",
      "",
      "Migrations that failed after a device had claimed them."),
  MIGRATIONS_OVERDRAWN(
      "godwit.migrations.overdrawn",
      "",
      "Migrations whose container stood still longer than its freeze budget."),
  REFUSALS(
      "godwit.refusals",
      "",
      "Reasons why containers were not moved, by service and kind (RefusalKind's word)."),
  MIGRATION_PHASE(
      "godwit.migration.phase", "seconds", "Time that a phase of a migration took, by phase."),
  MIGRATION_BYTES(
      "godwit.migration.bytes", "bytes", "Bytes moved in a phase of a migration, by phase."),
  MIGRATION_FROZEN(
      "godwit.migration.frozen",
      "seconds",
      "Time that a container stood still until it ran again, by outcome."),
  MIGRATION_PREDICTED(
      "godwit.migration.predicted",
      "seconds",
      "How long containers that were moved had been predicted to stand still."),
  DEVICE_FIT(
      "godwit.device.fit", "", "1 while this device can take containers, 0 while it cannot."),
  DEVICE_SILENT(
      "godwit.device.silent", "seconds", "How long ago this device last announced itself."),
  CONVERSIONS_ENDED(
      "godwit.conversions.ended",
      "",
      "Checkpoints that the converter is done with, by outcome: converted, refused, skipped, buried."),
  CONVERSION_TIME("godwit.conversion", "seconds", "Time that a conversion took."),
  BATCHES_LEADING(
      "godwit.batches.leading",
      "",
      "1 while this controller leads the batches, 0 while it does not."),
  BATCHES_OPEN("godwit.batches.open", "", "Batches that are not over, as this controller reads."),
  BATCHES_UNDER_WAY(
      "godwit.batches.under.way", "", "Migrations of batches that are under way, likewise."),
  CERTIFICATE_LEFT(
      "godwit.certificate.left",
      "seconds",
      "How long the first of the certificates still holds that this process uses or is shown, by whose they are; without end where there is none."),
  WORKER_SILENT(
      "godwit.worker.silent",
      "seconds",
      "How long a worker has shown no progress while it had something to do, by worker.");

  /** The steps of every timer: from a store's answer to a migration on a slow machine. */
  private static final Duration[] STEPS =
      Stream.of(10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000)
          .map(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final String metricName;
  private final String unit;
  private final String help;

  Metric(String metricName, String unit, String help) {
    this.metricName = metricName;
    this.unit = unit;
    this.help = help;
  }

  /** Micrometer's name. */
  public String metricName() {
    return metricName;
  }

  /** The base unit; empty for plain counts. */
  public String unit() {
    return unit;
  }

  /** One sentence for people. */
  public String help() {
    return help;
  }

  /**
   * The counter of this name with these tags.
   *
   * @param tags name, value, name, value...
   */
  public Counter counter(MeterRegistry registry, String... tags) {
    Counter.Builder builder = Counter.builder(metricName).description(help).tags(tags);
    return (unit.isEmpty() ? builder : builder.baseUnit(unit)).register(registry);
  }

  /** Micrometer's timers are in seconds by themselves. */
  public Timer timer(MeterRegistry registry, String... tags) {
    return Timer.builder(metricName)
        .description(help)
        .tags(tags)
        .serviceLevelObjectives(STEPS)
        .register(registry);
  }

  public Gauge gauge(MeterRegistry registry, Supplier<Number> value, String... tags) {
    Gauge.Builder<Supplier<Number>> builder =
        Gauge.builder(metricName, value).description(help).tags(Tags.of(tags));
    return (unit.isEmpty() ? builder : builder.baseUnit(unit)).register(registry);
  }
}
