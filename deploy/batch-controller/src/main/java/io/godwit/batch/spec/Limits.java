package io.godwit.batch.spec;

/**
 * How many migrations are under way at a time. The first is of one batch. The other two protect
 * machines: what every batch has under way there counts.
 *
 * @param overall at least 1
 * @param perHost at least 1
 * @param perDevice at least 1
 */
public record Limits(int overall, int perHost, int perDevice) {
  /** Where nothing is said. */
  public static final Limits STANDARD = new Limits(5, 2, 1);
}
