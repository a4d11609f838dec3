package io.godwit.batch.spec;

import io.godwit.contract.MoveOptions;
import java.time.Duration;
import java.util.Map;

/**
 * How some of the containers move.
 *
 * @param labels of those that it is for; an empty value is any
 * @param freezeBudget zero: what holds for any migration
 * @param skipped they do not move
 */
public record Policy(
    Map<String, String> labels,
    Duration freezeBudget,
    MoveOptions options,
    boolean removeSource,
    boolean skipped) {
  /** As any migration. */
  public static final Policy PLAIN =
      new Policy(Map.of(), Duration.ZERO, MoveOptions.getDefaultInstance(), false, false);

  public Policy {
    labels = Map.copyOf(labels);
  }
}
