package io.godwit.batch.state;

import io.godwit.batch.spec.Outcome;
import io.godwit.batch.spec.StopRule;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Predicate;

/** How many of a group stand where. Not for several threads. */
public final class Tally {
  private final Map<Outcome, Integer> ended = new EnumMap<>(Outcome.class);

  /** Those that a person has looked at and gone on from. */
  private final Map<Outcome, Integer> forgiven = new EnumMap<>(Outcome.class);

  private int size;
  private int open;
  private Instant lastEnd = Instant.EPOCH;

  void joined(boolean isOpen) {
    size++;
    open += isOpen ? 1 : 0;
  }

  void ended(Outcome outcome, Instant at) {
    open--;
    ended.merge(outcome, 1, Integer::sum);
    lastEnd = at.isAfter(lastEnd) ? at : lastEnd;
  }

  /** It turned out otherwise, or is to be tried again. */
  void undone(Outcome outcome) {
    open++;
    ended.merge(outcome, -1, Integer::sum);
    forgiven.computeIfPresent(outcome, (_, many) -> Math.min(many, of(outcome)));
  }

  /** Away to another group. */
  void left() {
    size--;
    open--;
  }

  void forgive() {
    forgiven.putAll(ended);
  }

  public int size() {
    return size;
  }

  /** Those that wait or are under way. */
  public int open() {
    return open;
  }

  /** When the last of it ended; {@link Instant#EPOCH}: none has. */
  public Instant lastEnd() {
    return lastEnd;
  }

  public int of(Outcome outcome) {
    return ended.getOrDefault(outcome, 0);
  }

  /** Those that have ended otherwise than well, in doubt included. */
  public int failed() {
    return Arrays.stream(Outcome.values()).filter(Outcome::isFailure).mapToInt(this::of).sum();
  }

  int failed(StopRule rule) {
    return since(outcome -> outcome.isFailure() && rule.counts(outcome));
  }

  int ended(StopRule rule) {
    return since(rule::counts);
  }

  private int since(Predicate<Outcome> counted) {
    return Arrays.stream(Outcome.values())
        .filter(counted)
        .mapToInt(outcome -> of(outcome) - forgiven.getOrDefault(outcome, 0))
        .sum();
  }
}
