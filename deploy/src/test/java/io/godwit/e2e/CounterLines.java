package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;

/** What {@code counter} printed: lines of an ISA and a number. */
record CounterLines(List<String> isas, List<Long> numbers) {
  static CounterLines of(List<String> lines) {
    List<String[]> words = lines.stream().map(line -> line.split(" ", -1)).toList();
    return new CounterLines(
        words.stream().map(pair -> pair[0]).toList(),
        words.stream().map(pair -> Long.parseLong(pair[1])).toList());
  }

  /** Each number is the successor of the one before: no gap, no repeat. */
  void assertUnbroken() {
    assertFalse(numbers.isEmpty(), "the counter printed nothing");
    for (int i = 1; i < numbers.size(); i++) {
      assertEquals(numbers.get(i - 1) + 1, numbers.get(i), "after line " + i);
    }
  }
}
