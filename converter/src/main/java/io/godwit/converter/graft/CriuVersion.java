package io.godwit.converter.graft;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of CRIU as {@code criu --version} says it; a third number does not matter here. */
public record CriuVersion(int major, int minor) implements Comparable<CriuVersion> {
  private static final Pattern TEXT = Pattern.compile("(?:.*\\s)?v?(\\d{1,6})\\.(\\d{1,6})\\b.*");

  /**
   * @param text such as {@code 4.1.1} or {@code Version: 4.2}; what follows is not looked at
   * @throws IllegalArgumentException when it holds no version
   */
  public static CriuVersion parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a version of CRIU: " + text);
    }
    return new CriuVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** Whether this version is older than the given one. */
  public boolean before(int otherMajor, int otherMinor) {
    return compareTo(new CriuVersion(otherMajor, otherMinor)) < 0;
  }

  @Override
  public int compareTo(CriuVersion other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
