package io.godwit.checkpointer.pages;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides whether one more round of memory goes ahead. Each round sends what was written while the
 * one before was sent, so their sizes shrink by the rate of writing against that of sending; where
 * they do not shrink, no further round makes the freeze any shorter.
 *
 * @param rounds that have gone, the first of them {@link Round#all}
 */
public record Convergence(List<Round> rounds) {
  /** A container that writes cleverly ends here. */
  static final int MOST_ROUNDS = 12;

  /** What is sent within this time is as good as nothing: a round has its own costs. */
  static final Duration SETTLED = Duration.ofMillis(50);

  /** A round pays where it has this part of the one before to send, or less. */
  static final double SHRUNK = 0.75;

  /** New pages are worth beginning anew from this part of the known ones on, once. */
  static final double GROWN = 0.25;

  /** Takes a copy. */
  public Convergence {
    rounds = List.copyOf(rounds);
  }

  /**
   * What a round has shown.
   *
   * @param all whether it has sent every page, and settled which there are
   * @param bytes that it has sent
   * @param absent bytes of pages that are not among those that went ahead
   * @param since how long had been written what it has sent: from the reading of the round before
   *     to its own
   * @param took to send it, and the device to have it
   */
  public record Round(boolean all, long bytes, long absent, Duration since, Duration took) {}

  /** What is to follow. */
  public enum Next {
    /** Every page once more: there are many that the first round did not know. */
    ALL,
    /** What was written since. */
    SINCE,
    /** Nothing: the freeze. */
    ENOUGH
  }

  /** With one more round. */
  public Convergence with(Round round) {
    List<Round> more = new ArrayList<>(rounds);
    more.add(round);
    return new Convergence(more);
  }

  /**
   * What pays.
   *
   * @param timeLeft that may still be spent; a further round is taken to last as long as the last
   */
  public Next next(Duration timeLeft) {
    if (rounds.isEmpty() || rounds.size() >= MOST_ROUNDS) {
      return Next.ENOUGH;
    }
    Round last = rounds.getLast();
    if (last.took().compareTo(timeLeft) >= 0) {
      return Next.ENOUGH;
    }
    if (last.all()) {
      return Next.SINCE;
    }
    if (isWorthSending(last.absent()) && last.absent() >= GROWN * known() && allWentOnce()) {
      return Next.ALL;
    }
    Round before = rounds.get(rounds.size() - 2);
    boolean shrinks = before.all() || last.bytes() <= SHRUNK * before.bytes();
    return shrinks && isWorthSending(last.bytes()) ? Next.SINCE : Next.ENOUGH;
  }

  /**
   * How much will have to be sent of frozen processes, in bytes. All of it where only the first
   * round has gone: nobody knows then what was written.
   *
   * @param unread from the reading of the last round to the freeze
   */
  public long left(Duration unread) {
    if (rounds.isEmpty()) {
      return 0;
    }
    Round last = rounds.getLast();
    if (last.all()) {
      return last.bytes();
    }
    // What is written twice is sent once, so this is never more than the rate says.
    double part = Math.min(1, unread.toNanos() / (double) Math.max(1, last.since().toNanos()));
    return (long) (last.bytes() * part) + last.absent();
  }

  /** Of all pages that went ahead, in bytes. */
  public long known() {
    return rounds.stream().filter(Round::all).mapToLong(Round::bytes).reduce(0, (_, all) -> all);
  }

  /** What the best round has sent in a second, in bytes; the others had more of their own costs. */
  public double sendingRate() {
    return rounds.stream().mapToDouble(round -> rate(round.bytes(), round.took())).max().orElse(1);
  }

  /**
   * What was written in a second before the last round, in bytes; a page that is there counts once.
   */
  public double writingRate() {
    return rounds.isEmpty() || rounds.getLast().all()
        ? 0
        : rate(rounds.getLast().bytes(), rounds.getLast().since());
  }

  /** Whether it writes so fast that rounds do not get any smaller, however many there are. */
  public boolean outruns() {
    return !rounds.isEmpty()
        && isWorthSending(rounds.getLast().bytes())
        && writingRate() >= sendingRate();
  }

  private boolean isWorthSending(long bytes) {
    return bytes > sendingRate() * SETTLED.toMillis() / 1000;
  }

  private boolean allWentOnce() {
    return rounds.stream().filter(Round::all).count() == 1;
  }

  /** At least one, so that anybody may divide by it. */
  private static double rate(long bytes, Duration time) {
    return Math.max(1, bytes * 1e9 / Math.max(1, time.toNanos()));
  }
}
