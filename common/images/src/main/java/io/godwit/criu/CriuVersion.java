package io.godwit.criu;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of CRIU: major, minor, and sublevel where it has one. */
public record CriuVersion(int major, int minor, int sublevel) implements Comparable<CriuVersion> {
  /** The oldest that Godwit works with: older ones do not run on the kernels of today. */
  public static final CriuVersion MINIMUM = new CriuVersion(4, 1, 0);

  /** What CRIU's builders, and distributions, write after the numbers does not matter here. */
  private static final Pattern VERSION =
      Pattern.compile("(?<![\\w.])v?(\\d{1,4})\\.(\\d{1,4})(?:\\.(\\d{1,4}))?(?!\\d)");

  private static final Comparator<CriuVersion> ORDER =
      Comparator.comparingInt(CriuVersion::major)
          .thenComparingInt(CriuVersion::minor)
          .thenComparingInt(CriuVersion::sublevel);

  /** The first version in a text, such as what {@code criu --version} writes. */
  public static Optional<CriuVersion> find(String text) {
    Matcher matcher = VERSION.matcher(text);
    if (!matcher.find()) {
      return Optional.empty();
    }
    return Optional.of(
        new CriuVersion(
            Integer.parseInt(matcher.group(1)),
            Integer.parseInt(matcher.group(2)),
            matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3))));
  }

  /**
   * What {@link #find} gives of a text that is to have one.
   *
   * @throws IllegalArgumentException when it holds no version
   */
  public static CriuVersion parse(String text) {
    return find(text)
        .orElseThrow(() -> new IllegalArgumentException("not a version of CRIU: " + text));
  }

  /** Whether this version is older than the first of the given ones. */
  public boolean before(int otherMajor, int otherMinor) {
    return compareTo(new CriuVersion(otherMajor, otherMinor, 0)) < 0;
  }

  /** Whether Godwit works with it. */
  public boolean isEnough() {
    return compareTo(MINIMUM) >= 0;
  }

  @Override
  public int compareTo(CriuVersion other) {
    return ORDER.compare(this, other);
  }

  /** {@code 4.1}, or {@code 4.1.1} where there is a sublevel. */
  @Override
  public String toString() {
    return sublevel == 0 ? major + "." + minor : major + "." + minor + "." + sublevel;
  }
}
