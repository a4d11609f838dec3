package io.godwit.checkpointer.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.pages.Convergence.Next;
import io.godwit.checkpointer.pages.Convergence.Round;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ConvergenceTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final long MB = 1_000_000;

  /** 100 MB/s. */
  private static final Round ALL = new Round(true, 100 * MB, 0, Duration.ZERO, SECOND);

  private static Convergence of(Round... rounds) {
    return new Convergence(List.of(rounds));
  }

  /** A later round, over a second and at 100 MB/s. */
  private static Round since(long bytes) {
    return new Round(false, bytes, 0, SECOND, Duration.ofNanos(bytes * 10));
  }

  private static Round withAbsent(long bytes) {
    return new Round(false, 0, bytes, SECOND, Duration.ZERO);
  }

  @Test
  void whatWasWrittenMeanwhileAlwaysFollowsAllOfIt() {
    assertEquals(Next.SINCE, of(ALL).next(HOUR));
    assertEquals(Next.SINCE, of(ALL, withAbsent(50 * MB), ALL).next(HOUR));
  }

  @Test
  void nothingFollowsWhereNothingWentAhead() {
    assertEquals(Next.ENOUGH, of().next(HOUR));
    assertEquals(0, of().left(SECOND));
  }

  @Test
  void roundFollowsOneThatShrankByAQuarterAndNoOther() {
    assertEquals(Next.SINCE, of(ALL, since(90 * MB)).next(HOUR));
    assertEquals(Next.SINCE, of(ALL, since(80 * MB), since(60 * MB)).next(HOUR));
    assertEquals(Next.ENOUGH, of(ALL, since(80 * MB), since(60 * MB + 1)).next(HOUR));
  }

  @Test
  void whatIsSentWithinFiftyMillisecondsIsLeftToTheFreeze() {
    assertEquals(Next.ENOUGH, of(ALL, since(5 * MB)).next(HOUR));
    assertEquals(Next.SINCE, of(ALL, since(5 * MB + 1)).next(HOUR));
  }

  @Test
  void containerThatHasGrownByAQuarterIsSentOnceMoreAndOnlyOnce() {
    assertEquals(Next.ENOUGH, of(ALL, withAbsent(25 * MB - 1)).next(HOUR));
    assertEquals(Next.ALL, of(ALL, withAbsent(25 * MB)).next(HOUR));
    assertEquals(Next.ENOUGH, of(ALL, withAbsent(25 * MB), ALL, withAbsent(90 * MB)).next(HOUR));
  }

  @Test
  void roundForWhichThereIsNoTimeDoesNotBegin() {
    assertEquals(Next.ENOUGH, of(ALL).next(SECOND));
    assertEquals(Next.SINCE, of(ALL).next(SECOND.plusNanos(1)));
    assertEquals(Next.ENOUGH, of(ALL).next(Duration.ofSeconds(-1)));
  }

  @Test
  void everySeriesOfRoundsEnds() {
    for (long seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      Convergence rounds = of(drawn(random, true));
      Next next = rounds.next(HOUR);
      while (next != Next.ENOUGH) {
        // One that always shrinks by just enough, and whatever else comes.
        rounds =
            seed % 2 == 0
                ? rounds.with(since(rounds.rounds().getLast().bytes() * 3 / 4))
                : rounds.with(drawn(random, next == Next.ALL));
        assertTrue(rounds.rounds().size() <= Convergence.MOST_ROUNDS, "seed " + seed);
        next = rounds.next(HOUR);
      }
    }
  }

  private static Round drawn(Random random, boolean all) {
    return new Round(
        all,
        random.nextLong(1L << random.nextInt(1, 50)),
        random.nextLong(1L << random.nextInt(1, 40)),
        Duration.ofNanos(random.nextLong(1L << random.nextInt(1, 40))),
        Duration.ofNanos(random.nextLong(1L << random.nextInt(1, 40))));
  }

  @Test
  void writerOfHalfOfWhatIsSentSettlesAndAFasterOneIsSaidToOutrun() {
    Convergence slow = written(50 * MB);
    assertTrue(slow.rounds().getLast().bytes() <= 5 * MB, slow::toString);
    assertFalse(slow.outruns());

    Convergence fast = written(150 * MB);
    assertEquals(3, fast.rounds().size(), fast::toString);
    assertTrue(fast.outruns());
    // All of its pages, each of them counted once.
    assertEquals(100e6, fast.writingRate(), 1e3);
    assertEquals(100e6, fast.sendingRate(), 1e3);
  }

  /** The rounds of a container with 1000 MB that writes so much in a second, at 100 MB/s. */
  private static Convergence written(long bytesPerSecond) {
    Convergence rounds = of(new Round(true, 1000 * MB, 0, Duration.ZERO, Duration.ofSeconds(10)));
    while (rounds.next(HOUR) == Next.SINCE) {
      Duration since = rounds.rounds().getLast().took();
      long bytes = Math.min(1000 * MB, bytesPerSecond * since.toMillis() / 1000);
      rounds = rounds.with(new Round(false, bytes, 0, since, Duration.ofNanos(bytes * 10)));
    }
    return rounds;
  }

  @Test
  void whatIsLeftIsTheLastRoundsRateForAsLongAsItWasNotRead() {
    assertEquals(100 * MB, of(ALL).left(SECOND));
    assertEquals(20 * MB, of(ALL, since(40 * MB)).left(Duration.ofMillis(500)));
    assertEquals(40 * MB, of(ALL, since(40 * MB)).left(HOUR));
    assertEquals(30 * MB, of(ALL, withAbsent(30 * MB)).left(SECOND));
  }

  @Test
  void knownIsWhatTheLastWholeRoundHasSent() {
    Round larger = new Round(true, 120 * MB, 0, SECOND, SECOND);
    assertEquals(120 * MB, of(ALL, withAbsent(50 * MB), larger, since(1)).known());
  }
}
