package io.godwit.checkpointer.pages;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/**
 * Which pages of a stretch are other than those that went ahead. Every change from one to the other
 * costs an entry in pagemaps and manifests, so a few equal pages between others count as changed;
 * the more entries there are already, the more.
 */
final class Differences {
  private static final int FINE = 16;
  private static final int COARSE = 64;
  private static final int FEW_ENTRIES = 2000;
  private static final int MANY_ENTRIES = 4000;

  private final int pageSize;

  Differences(int pageSize) {
    this.pageSize = pageSize;
  }

  /**
   * Marks the pages that are equal.
   *
   * @param equal by the number of the page in the stretch
   * @param first the number of the first page that is compared
   */
  void compare(
      MemorySegment fresh,
      long at,
      MemorySegment known,
      long there,
      int pages,
      BitSet equal,
      int first) {
    long bytes = (long) pages * pageSize;
    int done = 0;
    while (done < pages) {
      long from = (long) done * pageSize;
      long mismatch =
          MemorySegment.mismatch(fresh, at + from, at + bytes, known, there + from, there + bytes);
      int alike = mismatch < 0 ? pages - done : (int) (mismatch / pageSize);
      equal.set(first + done, first + done + alike);
      done += alike + 1;
    }
  }

  /** Takes short stretches of equal pages for changed ones. */
  static void coarsen(BitSet equal, int pages, int entries) {
    int shortest =
        entries < FEW_ENTRIES ? FINE : entries < MANY_ENTRIES ? COARSE : Integer.MAX_VALUE;
    int from = equal.nextSetBit(0);
    while (from >= 0) {
      int to = Math.min(equal.nextClearBit(from), pages);
      boolean whole = from == 0 && to == pages;
      if (!whole && to - from < shortest) {
        equal.clear(from, to);
      }
      from = equal.nextSetBit(to);
    }
  }
}
