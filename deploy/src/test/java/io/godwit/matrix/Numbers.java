package io.godwit.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * What {@code counter} printed, with when the Engine took it. A log goes along when its container
 * moves, so the same line may stand in both; two lines of one number were printed by two copies.
 */
record Numbers(List<Line> lines) {
  /**
   * One line.
   *
   * @param at the Engine's time, which sorts as text
   */
  record Line(long number, String at) implements Comparable<Line> {
    static Line of(String text) {
      String[] words = text.split(" ", -1);
      return new Line(Long.parseLong(words[2]), words[0]);
    }

    @Override
    public int compareTo(Line other) {
      return Comparator.comparingLong(Line::number).thenComparing(Line::at).compare(this, other);
    }
  }

  static Numbers of(List<String> log) {
    return new Numbers(log.stream().map(Line::of).toList());
  }

  /** Both machines' lines together, in the order of their numbers. */
  Numbers with(Numbers other) {
    TreeSet<Line> all = new TreeSet<>(lines);
    all.addAll(other.lines);
    return new Numbers(new ArrayList<>(all));
  }

  long last() {
    return lines.isEmpty() ? 0 : lines.getLast().number();
  }

  /** Every number once, none left out, each later than the one before. */
  void assertEachOnce() {
    assertFalse(lines.isEmpty(), "the counter printed nothing");
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      assertEquals(i + 1, line.number(), () -> "one number after the other, each once: " + lines);
      if (i > 0 && lines.get(i - 1).at().compareTo(line.at()) >= 0) {
        throw new AssertionError("printed before its predecessor: " + line + " of " + lines);
      }
    }
  }
}
