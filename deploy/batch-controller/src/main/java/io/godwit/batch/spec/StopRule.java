package io.godwit.batch.spec;

import java.util.Optional;
import java.util.Set;

/**
 * When a batch starts no more: when so many have failed, not one later. Whoever ended by an outcome
 * that is left out counts neither as failed nor among those that have ended. One that will be tried
 * again has not ended.
 *
 * @param batch of all members
 * @param wave of one wave
 * @param ignored outcomes that are left out
 * @param minimum a percentage is asked for once so many have ended; a number at once
 */
public record StopRule(
    Optional<Amount> batch, Optional<Amount> wave, Set<Outcome> ignored, int minimum) {
  /** Goes on whatever fails. */
  public static final StopRule NONE = new StopRule(Optional.empty(), Optional.empty(), Set.of(), 0);

  public StopRule {
    ignored = Set.copyOf(ignored);
  }

  /** Whether it asks for this outcome. */
  public boolean counts(Outcome outcome) {
    return !ignored.contains(outcome);
  }

  /**
   * Why to stop.
   *
   * @param failed of those that have ended in the whole batch
   * @param waveFailed of those in the wave
   */
  public Optional<String> reached(long failed, long ended, long waveFailed, long waveEnded) {
    return reached(batch, failed, ended, "the batch")
        .or(() -> reached(wave, waveFailed, waveEnded, "the wave"));
  }

  private Optional<String> reached(
      Optional<Amount> threshold, long failed, long ended, String where) {
    return threshold
        .filter(amount -> !amount.percent() || ended >= minimum)
        .filter(amount -> amount.isReachedBy(failed, ended))
        .map(amount ->
            "%d of %d that have ended in %s failed, and the rule says %s"
                .formatted(failed, ended, where, amount));
  }
}
