package io.godwit.batch.spec;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/**
 * When migrations may be started.
 *
 * @param opens when one opens
 * @param length of one, a minute to a week; a window that opens before the last has closed makes
 *     that one longer
 */
public record Window(Cron opens, ZoneId zone, Duration length, End end) {
  /** What becomes of the rest when it closes. What is under way ends in any case. */
  public enum End {
    /** Waits for the next. */
    FINISH,
    /** The batch stops. */
    STOP,
    /** The batch is aborted, and what is under way is asked to be given up. */
    ABORT
  }

  /**
   * How things stand at a moment.
   *
   * @param open whether migrations may be started
   * @param until when that changes
   * @param closed when the last window closed; empty: none has since then
   */
  public record Now(boolean open, Instant until, Optional<Instant> closed) {}

  /** Who looks later than this sees no more that a window has closed. */
  private static final Duration MEMORY = Duration.ofDays(8);

  /**
   * Looks.
   *
   * @param since windows that closed before are of no interest
   */
  public Now at(Instant now, Instant since) {
    Instant from = since.isBefore(now.minus(MEMORY)) ? now.minus(MEMORY) : since;
    Optional<Instant> closed = Optional.empty();
    Instant opening = next(from.minus(length));
    while (!opening.isAfter(now)) {
      Instant closing = opening.plus(length);
      Instant following = next(opening);
      while (!following.isAfter(closing) && !closing.isAfter(now)) {
        closing = following.plus(length);
        following = next(following);
      }
      if (closing.isAfter(now)) {
        return new Now(true, closing, closed);
      }
      if (closing.isAfter(from)) {
        closed = Optional.of(closing);
      }
      opening = following;
    }
    return new Now(false, opening, closed);
  }

  private Instant next(Instant after) {
    return opens.next(after.atZone(zone)).toInstant();
  }
}
