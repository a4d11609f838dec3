package io.godwit.checkpointer.pages;

import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageException;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.PageRun;
import io.godwit.criu.PageRun.PageSource;
import io.godwit.criu.Pagemap;
import io.godwit.pages.Layers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The pages of one process that went ahead, mapped: its parent image, as CRIU calls that. */
final class ParentPages implements AutoCloseable {
  private final NavigableMap<Long, PageRun> runs = new TreeMap<>();
  private final String pagesFile;
  private final MemorySegment pages;
  private final Arena arena;
  private final int pageSize;

  private ParentPages(
      Pagemap pagemap, String pagesFile, MemorySegment pages, Arena arena, int pageSize) {
    this.pagesFile = pagesFile;
    pagemap.runs().forEach(run -> runs.put(run.start(), run));
    this.pages = pages;
    this.arena = arena;
    this.pageSize = pageSize;
  }

  /** Those of a process, where any of it went ahead. */
  @SuppressWarnings("MustBeClosedChecker") // close() does.
  static Optional<ParentPages> find(Path folder, long pid, int pageSize) throws IOException {
    ImageName name = ImageName.of(ImageKind.PAGEMAP, pid);
    if (!Files.isRegularFile(folder.resolve(name.fileName()))) {
      return Optional.empty();
    }
    Arena arena = Arena.ofShared();
    try {
      EntryImage image = ImageFolder.of(folder).entries(name);
      String file = Layers.pagesFile(image);
      Pagemap pagemap = Pagemap.decode(image, pageSize, file);
      try (FileChannel channel = FileChannel.open(folder.resolve(file))) {
        if (channel.size() != pagemap.pagesSize()) {
          throw new IOException("%s has not the size that its pagemap says".formatted(file));
        }
        MemorySegment pages = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        return Optional.of(new ParentPages(pagemap, file, pages, arena, pageSize));
      }
    } catch (ImageException e) {
      arena.close();
      throw new IOException("the pages that went ahead cannot be used: " + e.getMessage(), e);
    } catch (IOException e) {
      arena.close();
      throw e;
    }
  }

  /** The runs, by their addresses. */
  NavigableMap<Long, PageRun> runs() {
    return runs;
  }

  /** The name of the file that its bytes lie in. */
  String pagesFile() {
    return pagesFile;
  }

  /** How many bytes of other pages than those that went ahead there are in ranges. */
  long absent(List<OwnMemory.Range> ranges) {
    long bytes = 0;
    for (OwnMemory.Range range : ranges) {
      long end = range.start() + range.pages() * pageSize;
      bytes += end - range.start();
      Map.Entry<Long, PageRun> entry = runs.floorEntry(range.start());
      if (entry == null) {
        entry = runs.higherEntry(range.start());
      }
      while (entry != null && entry.getKey() < end) {
        PageRun run = entry.getValue();
        bytes -= Math.max(0, Math.min(end, run.end()) - Math.max(range.start(), run.start()));
        entry = runs.higherEntry(entry.getKey());
      }
    }
    return bytes;
  }

  /** Marks which of the pages from an address on are as they went ahead. */
  BitSet equal(MemorySegment fresh, long address, int count, Differences differences) {
    BitSet equal = new BitSet(count);
    long end = address + (long) count * pageSize;
    Map.Entry<Long, PageRun> entry = runs.floorEntry(address);
    if (entry == null || entry.getValue().end() <= address) {
      entry = runs.higherEntry(address);
    }
    while (entry != null && entry.getKey() < end) {
      PageRun run = entry.getValue();
      long from = Math.max(address, run.start());
      long to = Math.min(end, run.end());
      long offset = run.source().map(PageSource::offset).orElseThrow() + (from - run.start());
      int first = (int) ((from - address) / pageSize);
      int pagesThere = (int) ((to - from) / pageSize);
      differences.compare(fresh, from - address, pages, offset, pagesThere, equal, first);
      entry = runs.higherEntry(entry.getKey());
    }
    return equal;
  }

  @Override
  public void close() {
    arena.close();
  }
}
