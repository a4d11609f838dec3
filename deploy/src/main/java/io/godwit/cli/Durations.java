package io.godwit.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as people write them: {@code 500ms}, {@code 60s}, {@code 2m}, {@code 1h}; seconds. */
final class Durations implements ITypeConverter<Duration> {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h|)");

  @Override
  public Duration convert(String text) {
    Matcher words = FORM.matcher(text.strip());
    if (!words.matches()) {
      throw wrong(text);
    }
    long number = Long.parseLong(words.group(1));
    if (number == 0) {
      throw wrong(text);
    }
    return switch (words.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofSeconds(number);
    };
  }

  private static TypeConversionException wrong(String text) {
    return new TypeConversionException(
        "'" + text + "' is no time such as 500ms, 60s, 2m or 1h, longer than nothing");
  }

  /** The shortest of these forms that loses nothing worth telling. */
  static String words(Duration duration) {
    if (duration.toMillis() < 10_000 && duration.toMillis() % 1000 != 0) {
      return "%.1f s".formatted(duration.toMillis() / 1000.0);
    }
    long seconds = duration.toSeconds();
    return seconds < 120 || (seconds < 600 && seconds % 60 != 0)
        ? seconds + " s"
        : duration.toMinutes() + " min";
  }
}
