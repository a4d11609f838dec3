package io.godwit.converter.rewrite;

import io.godwit.converter.graft.Vma;
import java.util.ArrayList;
import java.util.List;

/** Which parts of a range are mapped. Mappings are sorted by address. */
final class Coverage {
  /** From the first byte to the one after the last. */
  record Range(long start, long end) {}

  private Coverage() {}

  /** Whether every byte of the range is mapped. */
  static boolean covers(List<Vma> vmas, long start, long end) {
    return gaps(vmas, start, end).isEmpty();
  }

  /** The parts of the range that are not mapped. */
  static List<Range> gaps(List<Vma> vmas, long start, long end) {
    List<Range> gaps = new ArrayList<>();
    long at = start;
    for (Vma vma : vmas) {
      if (vma.overlaps(start, end)) {
        if (Long.compareUnsigned(vma.start(), at) > 0) {
          gaps.add(new Range(at, vma.start()));
        }
        at = Long.compareUnsigned(vma.end(), at) > 0 ? vma.end() : at;
      }
    }
    if (Long.compareUnsigned(at, end) < 0) {
      gaps.add(new Range(at, end));
    }
    return gaps;
  }
}
