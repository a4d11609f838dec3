package io.godwit.batch.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WindowTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 22 * * 1-5   | 2026-11-27T22:00 | 2026-11-30T22:00", // Friday to Monday
        "0 22 * * 1-5   | 2026-11-27T21:59 | 2026-11-27T22:00",
        "*/15 * * * *   | 2026-11-27T10:14 | 2026-11-27T10:15",
        "*/15 * * * *   | 2026-11-27T10:45 | 2026-11-27T11:00",
        "30 4 1 jan *   | 2026-11-27T10:00 | 2027-01-01T04:30",
        "0 0 29 2 *     | 2026-11-27T10:00 | 2028-02-29T00:00",
        "0 0 13 * fri   | 2026-11-01T00:00 | 2026-11-06T00:00", // either day will do
        "0 0 * * 7      | 2026-11-27T10:00 | 2026-11-29T00:00", // Sunday has two numbers
        "5,10 8-9 * * * | 2026-11-27T08:10 | 2026-11-27T09:05",
        "10/20 8 * * *  | 2026-11-27T08:10 | 2026-11-27T08:30",
      })
  void cronSaysWhenItIsNext(String cron, String after, String next) {
    ZonedDateTime from = ZonedDateTime.parse(after + ":00+01:00[Europe/Berlin]");
    assertEquals(
        ZonedDateTime.parse(next + ":00+01:00[Europe/Berlin]").toLocalDateTime(),
        Cron.parse(cron).next(from).toLocalDateTime());
  }

  @Test
  void timeThatSummerSkipsIsAtTheEndOfTheGap() {
    ZonedDateTime before = ZonedDateTime.of(2026, 3, 29, 1, 0, 0, 0, BERLIN);
    assertEquals(
        Instant.parse("2026-03-29T01:30:00Z"),
        Cron.parse("30 2 * * *").next(before).toInstant(),
        "02:30 is 03:30 that day");
  }

  @Test
  void timeThatComesTwiceIsTheFirst() {
    Cron cron = Cron.parse("30 2 * * *");
    ZonedDateTime before = ZonedDateTime.of(2026, 10, 25, 1, 0, 0, 0, BERLIN);
    ZonedDateTime first = cron.next(before);
    assertEquals(Instant.parse("2026-10-25T00:30:00Z"), first.toInstant());
    assertEquals(Instant.parse("2026-10-26T01:30:00Z"), cron.next(first).toInstant());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0 22 * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "9-5 * * * *",
        "x * * * *",
        "*/0 * * * *",
        "0 0 31 2 *",
      })
  void whatIsNoTimeIsRefused(String cron) {
    assertThrows(IllegalArgumentException.class, () -> Cron.parse(cron));
  }

  @Test
  void windowIsOpenFromItsFirstMomentToTheLastAndNotAfter() {
    Window window =
        new Window(Cron.parse("0 22 * * *"), BERLIN, Duration.ofHours(4), Window.End.FINISH);
    Instant opens = Instant.parse("2026-11-27T21:00:00Z");
    Instant closes = opens.plus(Duration.ofHours(4));
    Instant since = opens.minus(Duration.ofHours(1));
    Window.Now before = window.at(opens.minusMillis(1), since);
    assertFalse(before.open());
    assertEquals(opens, before.until());
    assertEquals(Optional.empty(), before.closed());
    assertTrue(window.at(opens, since).open());
    assertEquals(closes, window.at(closes.minusMillis(1), since).until());
    assertTrue(window.at(closes.minusMillis(1), since).open());
    Window.Now after = window.at(closes, since);
    assertFalse(after.open());
    assertEquals(Optional.of(closes), after.closed());
    assertEquals(opens.plus(Duration.ofDays(1)), after.until());
    assertEquals(Optional.empty(), window.at(closes, closes).closed(), "it began afterwards");
  }

  @Test
  void windowsThatTouchAreOne() {
    Window window =
        new Window(Cron.parse("0 * * * *"), BERLIN, Duration.ofHours(1), Window.End.STOP);
    Instant since = Instant.parse("2026-11-20T00:30:00Z");
    Window.Now now = window.at(since.plus(Duration.ofDays(5)), since);
    assertTrue(now.open());
    assertEquals(Optional.empty(), now.closed());
  }

  @Test
  void everyMinuteIsAlwaysAndTakesNoTime() {
    Window window =
        new Window(Cron.parse("* * * * *"), BERLIN, Duration.ofDays(7), Window.End.STOP);
    Instant since = Instant.parse("2026-01-01T00:00:00Z");
    assertTrue(window.at(since.plus(Duration.ofDays(20)), since).open());
  }
}
