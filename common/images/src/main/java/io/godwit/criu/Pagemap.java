package io.godwit.criu;

import io.godwit.criu.PageRun.PageSource;
import io.godwit.criu.field.PagemapEntry;
import io.godwit.criu.field.PagemapHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which pages of a process are in a checkpoint, and where in the pages file (CRIU's pagemap.proto).
 *
 * <p>The file has no offsets: it holds the pages of the runs that are present, one after the other,
 * so a run's place is the sum of those before it. Runs that are in the parent checkpoint take no
 * place. CRIU 4.2 counts a run's pages in a new 64-bit field and leaves the old one 0; older ones
 * write only the old one.
 *
 * <p>A change of a pagemap changes the pages file too: {@link #segments} tells of which parts of
 * the old ones the new one is made.
 */
public final class Pagemap {
  private final Message head;
  private final List<PageRun> runs;

  private Pagemap(Message head, List<PageRun> runs) {
    this.head = head;
    this.runs = List.copyOf(runs);
  }

  /**
   * Reads a pagemap.
   *
   * @param pageSize of the machine that dumped, in bytes
   * @param pagesFile what segments are to call the pages file
   * @throws ImageException when the head is missing, or runs overlap, are out of order, not aligned
   *     or beyond the address space
   */
  public static Pagemap decode(EntryImage image, int pageSize, String pagesFile) {
    if (pageSize < 1 || Integer.bitCount(pageSize) != 1) {
      throw new IllegalArgumentException("a page size is a power of two, not " + pageSize);
    }
    List<Message> messages = image.messages();
    if (messages.isEmpty()) {
      throw new ImageException(image.name(), -1, "a head", "no entry");
    }
    messages.getFirst().requireVarint(PagemapHead.PAGES_ID);
    List<PageRun> runs = new ArrayList<>();
    long offset = 0;
    for (Message message : messages.subList(1, messages.size())) {
      PageRun run = run(message, pageSize, new PageSource(pagesFile, offset));
      if (!runs.isEmpty() && Long.compareUnsigned(run.start(), runs.getLast().end()) < 0) {
        throw message.wrong(
            PagemapEntry.VADDR, "an address from " + hex(runs.getLast().end()), hex(run.start()));
      }
      runs.add(run);
      offset += run.source().isPresent() ? run.length() : 0;
    }
    return new Pagemap(messages.getFirst(), runs);
  }

  /** The number in the name of the pages file. */
  public long pagesId() {
    return head.requireVarint(PagemapHead.PAGES_ID);
  }

  /** The runs, by ascending address. */
  public List<PageRun> runs() {
    return runs;
  }

  /** The run in which the address lies. */
  public Optional<PageRun> run(long address) {
    int low = 0;
    int high = runs.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      PageRun run = runs.get(middle);
      if (run.contains(address)) {
        return Optional.of(run);
      }
      if (Long.compareUnsigned(address, run.start()) < 0) {
        high = middle - 1;
      } else {
        low = middle + 1;
      }
    }
    return Optional.empty();
  }

  /** Where the byte at the address lies; empty when no pages file of this checkpoint has it. */
  public Optional<PageSource> locate(long address) {
    return run(address)
        .flatMap(run ->
            run.source()
                .map(from -> new PageSource(from.file(), from.offset() + (address - run.start()))));
  }

  /**
   * A copy without the pages from {@code from} to {@code to}, rounded outwards to whole pages; runs
   * that lie partly within are split.
   */
  public Pagemap without(long from, long to) {
    List<PageRun> kept = new ArrayList<>();
    for (PageRun run : runs) {
      Optional<PageRun> cut = run.within(from, to);
      if (cut.isEmpty()) {
        kept.add(run);
      } else {
        run.within(run.start(), cut.get().start()).ifPresent(kept::add);
        run.within(cut.get().end(), run.end()).ifPresent(kept::add);
      }
    }
    return new Pagemap(head, kept);
  }

  /** The runs of this pagemap that lie in the range, cut to it as {@link #without} cuts. */
  public List<PageRun> runs(long from, long to) {
    return runs.stream().flatMap(run -> run.within(from, to).stream()).toList();
  }

  /**
   * A copy with another run, at its place in the order.
   *
   * @throws ImageException when it overlaps one that is there
   */
  public Pagemap with(PageRun added) {
    List<PageRun> all = new ArrayList<>(runs);
    int at = 0;
    while (at < all.size() && Long.compareUnsigned(all.get(at).start(), added.start()) < 0) {
      at++;
    }
    long free = at == 0 ? 0 : all.get(at - 1).end();
    if (Long.compareUnsigned(added.start(), free) < 0
        || (at < all.size() && Long.compareUnsigned(all.get(at).start(), added.end()) < 0)) {
      throw added
          .message()
          .wrong(
              PagemapEntry.VADDR,
              "pages that are not in the pagemap yet",
              hex(added.start()) + "-" + hex(added.end()));
    }
    all.add(at, added);
    return new Pagemap(head, all);
  }

  /**
   * A copy whose counts stand in both fields: CRIU before 4.2 reads only the old one, and where it
   * is 0 restores no memory and says nothing.
   *
   * @throws ImageException when a run is too long for the old field
   */
  public Pagemap withBothCounts() {
    return new Pagemap(head, runs.stream().map(PageRun::withBothCounts).toList());
  }

  /** A copy that names another pages file. */
  public Pagemap withPagesId(long id) {
    return new Pagemap(head.withVarint(PagemapHead.PAGES_ID, id), runs);
  }

  /** Of what the pages file is made, in order; neighbouring parts are joined. */
  public List<PageSegment> segments() {
    List<PageSegment> segments = new ArrayList<>();
    for (PageRun run : runs) {
      run.source().ifPresent(source -> append(segments, source, run.length()));
    }
    return List.copyOf(segments);
  }

  /** The size that the pages file must have, in bytes. */
  public long pagesSize() {
    return runs.stream().filter(run -> run.source().isPresent()).mapToLong(PageRun::length).sum();
  }

  /** The messages of a pagemap image: the head, then the runs. */
  public List<Message> messages() {
    List<Message> messages = new ArrayList<>();
    messages.add(head);
    runs.forEach(run -> messages.add(run.message()));
    return messages;
  }

  private static void append(List<PageSegment> segments, PageSource source, long length) {
    if (!segments.isEmpty()) {
      PageSegment last = segments.getLast();
      if (last.file().equals(source.file()) && last.offset() + last.length() == source.offset()) {
        segments.set(
            segments.size() - 1,
            new PageSegment(last.file(), last.offset(), last.length() + length));
        return;
      }
    }
    segments.add(new PageSegment(source.file(), source.offset(), length));
  }

  private static PageRun run(Message message, int pageSize, PageSource source) {
    long start = message.requireVarint(PagemapEntry.VADDR);
    long pages =
        message
            .varint(PagemapEntry.NR_PAGES)
            .orElseGet(() -> message.requireVarint(PagemapEntry.COMPAT_NR_PAGES));
    if ((start & pageSize - 1) != 0) {
      throw message.wrong(PagemapEntry.VADDR, "a multiple of " + pageSize, hex(start));
    }
    // No user address space of Linux is larger than 2^57 bytes, so this bounds every sum as well.
    long limit = 1L << 57;
    if (start < 0 || start > limit || pages < 1 || pages > (limit - start) / pageSize) {
      throw message.wrong(
          PagemapEntry.NR_PAGES,
          "pages below address " + hex(limit),
          Long.toUnsignedString(pages) + " from " + hex(start));
    }
    boolean present = (flags(message) & PagemapEntry.PE_PRESENT) != 0;
    return new PageRun(
        start, pages, pageSize, present ? Optional.of(source) : Optional.empty(), message);
  }

  /** The flags as CRIU reads them: those of an image from before there were flags are deduced. */
  private static long flags(Message message) {
    boolean inParent = message.bool(PagemapEntry.IN_PARENT).orElse(false);
    long absent = inParent ? PagemapEntry.PE_PARENT : PagemapEntry.PE_PRESENT;
    return message.varint(PagemapEntry.FLAGS).orElse(absent);
  }

  private static String hex(long address) {
    return "0x" + Long.toHexString(address);
  }
}
