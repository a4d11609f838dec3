package io.godwit.batch.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * How many move together, one wave after the other, as in Ansible's {@code serial}: the last of the
 * list repeats until nobody is left. A percentage is of all members, is rounded down, and is at
 * least one.
 *
 * @param sizes empty: all are one wave
 */
public record Waves(List<Amount> sizes) {
  public Waves {
    sizes = List.copyOf(sizes);
  }

  /** The sizes of the waves of so many members; what is left at the end may be fewer. */
  public List<Integer> split(int members) {
    if (sizes.isEmpty()) {
      return members == 0 ? List.of() : List.of(members);
    }
    List<Integer> waves = new ArrayList<>();
    int left = members;
    while (left > 0) {
      Amount next = sizes.get(Math.min(waves.size(), sizes.size() - 1));
      int size = Math.min(left, next.outOf(members));
      waves.add(size);
      left -= size;
    }
    return waves;
  }
}
