package io.godwit.batch.spec;

/**
 * So many, or so many of a hundred.
 *
 * @param number at least 1; of a percentage at most 100
 */
public record Amount(int number, boolean percent) {
  private static final int WHOLE = 100;

  /** So many. */
  public static Amount count(int number) {
    return new Amount(number, false);
  }

  /** So many of a hundred. */
  public static Amount percent(int number) {
    return new Amount(number, true);
  }

  /** Of a group: a percentage is rounded down, and is at least one. */
  public int outOf(long group) {
    return percent ? (int) Math.max(1, group * number / WHOLE) : number;
  }

  /** Whether so many of so many are that much, or more. Nothing is rounded. */
  public boolean isReachedBy(long some, long all) {
    return percent ? all > 0 && some * WHOLE >= all * number : some >= number;
  }

  @Override
  public String toString() {
    return percent ? number + " %" : Integer.toString(number);
  }
}
