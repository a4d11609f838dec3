package io.godwit.criu;

import io.godwit.criu.field.PagemapEntry;
import java.util.Optional;

/**
 * Neighbouring pages of a process that are all kept in the same way.
 *
 * @param start address of the first byte, a multiple of the page size
 * @param pages how many, at least one
 * @param pageSize in bytes, a power of two
 * @param source where the bytes lie; empty when no pages file of this checkpoint has them (they are
 *     in the parent checkpoint, or were left behind to be fetched later)
 * @param message the entry as it was read or will be written
 */
public record PageRun(
    long start, long pages, int pageSize, Optional<PageSource> source, Message message) {

  /**
   * A place in a pages file.
   *
   * @param file what the caller calls the file
   * @param offset in bytes
   */
  public record PageSource(String file, long offset) {}

  /** A run that is in a pages file, with both of the fields that count pages. */
  public static PageRun present(long start, long pages, int pageSize, PageSource source) {
    Message message =
        Message.builder()
            .varint(PagemapEntry.VADDR, start)
            .varint(PagemapEntry.COMPAT_NR_PAGES, pages)
            .varint(PagemapEntry.FLAGS, PagemapEntry.PE_PRESENT)
            .varint(PagemapEntry.NR_PAGES, pages)
            .build();
    return new PageRun(start, pages, pageSize, Optional.of(source), message);
  }

  /** The address after the last byte. */
  public long end() {
    return start + length();
  }

  /** In bytes. */
  public long length() {
    return pages * pageSize;
  }

  /** Whether the address lies in this run; addresses are unsigned. */
  public boolean contains(long address) {
    return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end()) < 0;
  }

  /** What lies in both this run and the range, rounded outwards to whole pages. */
  Optional<PageRun> within(long from, long to) {
    long first = max(start, from & -pageSize);
    long last = min(end(), to + pageSize - 1 & -pageSize);
    if (Long.compareUnsigned(first, last) >= 0) {
      return Optional.empty();
    }
    return Optional.of(first == start && last == end() ? this : part(first, last));
  }

  /** This run with its count in both fields, so that CRIU of every version finds it. */
  PageRun withBothCounts() {
    if (pages > 0xFFFF_FFFFL) {
      throw message.wrong(
          PagemapEntry.COMPAT_NR_PAGES,
          "a run that CRIU before 4.2 can count in 32 bits",
          pages + " pages");
    }
    return new PageRun(
        start,
        pages,
        pageSize,
        source,
        message
            .withVarint(PagemapEntry.COMPAT_NR_PAGES, pages)
            .withVarint(PagemapEntry.NR_PAGES, pages));
  }

  private PageRun part(long first, long last) {
    long count = (last - first) / pageSize;
    Message part = message.withVarint(PagemapEntry.VADDR, first);
    if (message.has(PagemapEntry.NR_PAGES)) {
      part = part.withVarint(PagemapEntry.NR_PAGES, count);
    }
    // CRIU 4.2 leaves the old field 0; who filled it is answered in kind.
    if (message.requireVarint(PagemapEntry.COMPAT_NR_PAGES) != 0) {
      part = part.withVarint(PagemapEntry.COMPAT_NR_PAGES, count);
    }
    return new PageRun(
        first,
        count,
        pageSize,
        source.map(from -> new PageSource(from.file(), from.offset() + (first - start))),
        part);
  }

  private static long max(long a, long b) {
    return Long.compareUnsigned(a, b) >= 0 ? a : b;
  }

  private static long min(long a, long b) {
    return Long.compareUnsigned(a, b) <= 0 ? a : b;
  }
}
