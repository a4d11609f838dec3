package io.godwit.batch.spec;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How long things may take. The freeze budget of a container stands above all of these.
 *
 * @param start until its host has begun with a migration
 * @param migration the whole of it
 * @param perGib is added for each GiB of its memory, here and in each phase
 * @param phases by the phase's name, in lower case
 * @param batch the whole batch
 */
public record Timeouts(
    Duration start,
    Duration migration,
    Duration perGib,
    Map<String, Duration> phases,
    Duration batch) {
  /** Where nothing is said. */
  public static final Timeouts STANDARD =
      new Timeouts(
          Duration.ofMinutes(2),
          Duration.ofMinutes(15),
          Duration.ofMinutes(5),
          Map.of(),
          Duration.ofDays(7));

  /** What is known of a batch is kept for 30 days. */
  public static final Duration LONGEST_BATCH = Duration.ofDays(21);

  private static final double GIB = 1 << 30;

  public Timeouts {
    phases = Map.copyOf(phases);
  }

  /** Of a migration of so much memory. */
  public Duration migration(long memoryBytes) {
    return migration.plus(forMemory(memoryBytes));
  }

  /** Of one of its phases; empty: any time. */
  public Optional<Duration> phase(String name, long memoryBytes) {
    return Optional.ofNullable(phases.get(name)).map(most -> most.plus(forMemory(memoryBytes)));
  }

  private Duration forMemory(long bytes) {
    return Duration.ofMillis((long) ((double) perGib.toMillis() * (double) bytes / GIB));
  }
}
