package io.godwit.batch.spec;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Times as crontab(5) writes them: minute, hour, day of the month, month, day of the week, each
 * {@code *}, a number, a name (jan, mon), a range, a list, with a step. Where both days are given,
 * either will do. A time that summer time skips is at the end of the gap; one that comes twice is
 * the first of the two.
 */
public final class Cron {
  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
  private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");

  /** The 29th of February comes within eight years, also over 2100. */
  private static final int DAYS_TO_LOOK = 8 * 366 + 1;

  /** Of an hour. */
  private static final int MINUTES = 60;

  private final String text;
  private final BitSet minutes;
  private final BitSet hours;
  private final BitSet days;
  private final BitSet months;
  private final BitSet weekdays;
  private final boolean anyDay;
  private final boolean anyWeekday;

  private Cron(String text, String[] fields) {
    this.text = text;
    minutes = field(fields[0], 0, 59, List.of(), 0);
    hours = field(fields[1], 0, 23, List.of(), 0);
    days = field(fields[2], 1, 31, List.of(), 0);
    months = field(fields[3], 1, 12, MONTHS, 1);
    weekdays = field(fields[4], 0, 7, DAYS, 0);
    if (weekdays.get(7)) {
      weekdays.set(0);
    }
    anyDay = fields[2].startsWith("*");
    anyWeekday = fields[4].startsWith("*");
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException with a sentence that says what is wrong
   */
  public static Cron parse(String text) {
    String[] fields = text.strip().split("\\s+", -1);
    if (fields.length != 5) {
      throw new IllegalArgumentException(
          "'%s' is no time of cron: it has five fields, minute, hour, day of the month, month, day of the week"
              .formatted(text));
    }
    Cron cron = new Cron(text, fields);
    if (cron.fromDay(LocalDate.of(2000, 1, 1)).isEmpty()) {
      throw new IllegalArgumentException("'%s' never comes".formatted(text));
    }
    return cron;
  }

  /** The first time after this one. */
  public ZonedDateTime next(ZonedDateTime after) {
    // From an hour before on: a time of a gap is later than it looks.
    LocalDateTime from = after.toLocalDateTime().minusHours(1);
    LocalDate day = from.toLocalDate();
    int minute = from.getHour() * MINUTES + from.getMinute();
    while (true) {
      if (isOn(day)) {
        Optional<ZonedDateTime> found = onDay(day, minute, after);
        if (found.isPresent()) {
          return found.get();
        }
      }
      day = fromDay(day.plusDays(1)).orElseThrow();
      minute = 0;
    }
  }

  private Optional<ZonedDateTime> onDay(LocalDate day, int fromMinute, ZonedDateTime after) {
    for (int hour = hours.nextSetBit(fromMinute / MINUTES);
        hour >= 0;
        hour = hours.nextSetBit(hour + 1)) {
      int first = hour == fromMinute / MINUTES ? fromMinute % MINUTES : 0;
      for (int minute = minutes.nextSetBit(first);
          minute >= 0;
          minute = minutes.nextSetBit(minute + 1)) {
        ZonedDateTime at = day.atTime(hour, minute).atZone(after.getZone());
        if (at.isAfter(after)) {
          return Optional.of(at);
        }
      }
    }
    return Optional.empty();
  }

  private Optional<LocalDate> fromDay(LocalDate first) {
    LocalDate day = first;
    for (int looked = 0; looked < DAYS_TO_LOOK; looked++) {
      if (isOn(day)) {
        return Optional.of(day);
      }
      day = day.plusDays(1);
    }
    return Optional.empty();
  }

  private boolean isOn(LocalDate day) {
    if (!months.get(day.getMonthValue())) {
      return false;
    }
    boolean ofMonth = days.get(day.getDayOfMonth());
    boolean ofWeek = weekdays.get(day.getDayOfWeek().getValue() % 7);
    return (anyDay || anyWeekday) ? (ofMonth && ofWeek) : (ofMonth || ofWeek);
  }

  private static BitSet field(String text, int least, int most, List<String> names, int first) {
    BitSet set = new BitSet(most + 1);
    for (String part : text.split(",", -1)) {
      String[] step = part.split("/", 2);
      int by = step.length == 1 ? 1 : number(step[1], 1, most, List.of(), 0, text);
      int from = least;
      int to = most;
      if (!step[0].equals("*")) {
        String[] range = step[0].split("-", 2);
        from = number(range[0], least, most, names, first, text);
        to = range.length == 2 ? number(range[1], least, most, names, first, text) : from;
        if (range.length == 1 && step.length == 2) {
          to = most;
        }
      }
      if (from > to) {
        throw new IllegalArgumentException(
            "'%s' of '%s' ends before it begins".formatted(part, text));
      }
      for (int value = from; value <= to; value += by) {
        set.set(value);
      }
    }
    return set;
  }

  private static int number(
      String text, int least, int most, List<String> names, int first, String field) {
    int named = names.indexOf(text.toLowerCase(Locale.ROOT));
    if (named >= 0) {
      return named + first;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'%s' of '%s' is no number from %d to %d".formatted(text, field, least, most), e);
    }
    throw new IllegalArgumentException(
        "'%s' of '%s' is no number from %d to %d".formatted(text, field, least, most));
  }

  @Override
  public String toString() {
    return text;
  }
}
