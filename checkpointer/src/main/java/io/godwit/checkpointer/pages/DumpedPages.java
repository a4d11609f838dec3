package io.godwit.checkpointer.pages;

import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.PagemapEntry;
import io.godwit.pages.Layers;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Writes the pages of one image of a dump: those that did not go ahead as they are. For the others
 * it refers to its parent image.
 */
final class DumpedPages implements AutoCloseable {
  private static final int KNOWN_FLAGS = PagemapEntry.PE_LAZY | PagemapEntry.PE_PRESENT;

  private final Path folder;
  private final PageCommand.Image image;
  private final long pagesId;
  private final Optional<ParentPages> parent;
  private final Differences differences;
  private final int pageSize;
  private final FileChannel pages;
  private final List<Message> entries = new ArrayList<>();
  private long start;
  private long count;
  private int flags;
  private boolean refersToParent;

  /**
   * @param pagesId names the pages file
   * @param parent the pages that went ahead
   */
  DumpedPages(
      Path folder,
      PageCommand.Image image,
      long pagesId,
      Optional<ParentPages> parent,
      int pageSize)
      throws IOException {
    this.folder = folder;
    this.image = image;
    this.pagesId = pagesId;
    this.parent = parent;
    this.pageSize = pageSize;
    this.differences = new Differences(pageSize);
    this.pages =
        FileChannel.open(
            folder.resolve(ImageName.of(ImageKind.PAGES, pagesId).fileName()),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE);
  }

  /** Whether any page was left out because it went ahead. */
  boolean refersToParent() {
    return refersToParent;
  }

  /**
   * Checks where pages are to go.
   *
   * @throws PageStreamException when they are not after those before, or not plainly present
   */
  void require(PageCommand command) throws PageStreamException {
    if (command.address() < start + count * pageSize) {
      throw new PageStreamException(
          "the page stream goes back to 0x%x after 0x%x"
              .formatted(command.address(), start + count * pageSize));
    }
    if ((command.flags() & PagemapEntry.PE_PRESENT) == 0 || (command.flags() & ~KNOWN_FLAGS) != 0) {
      throw new PageStreamException(
          "the page stream has pages with flags 0x%x at 0x%x: expected such as are present"
              .formatted(command.flags(), command.address()));
    }
  }

  /**
   * Takes pages.
   *
   * @param bytes whole pages, from the buffer's beginning to its limit
   */
  void take(long address, int presentFlags, ByteBuffer bytes) throws IOException {
    int number = bytes.limit() / pageSize;
    MemorySegment fresh = MemorySegment.ofBuffer(bytes.duplicate().position(0));
    BitSet equal =
        parent.isPresent() ? parent.get().equal(fresh, address, number, differences) : new BitSet();
    Differences.coarsen(equal, number, entries.size());
    int from = 0;
    while (from < number) {
      boolean alike = equal.get(from);
      int next = alike ? equal.nextClearBit(from) : equal.nextSetBit(from);
      int to = next < 0 ? number : Math.min(next, number);
      if (!alike) {
        ByteBuffer part = bytes.duplicate().position(from * pageSize).limit(to * pageSize);
        while (part.hasRemaining()) {
          pages.write(part);
        }
      }
      refersToParent |= alike;
      append(
          address + (long) from * pageSize,
          to - from,
          alike ? PagemapEntry.PE_PARENT : presentFlags);
      from = to;
    }
  }

  private void append(long address, int number, int how) {
    if (count > 0 && address == start + count * pageSize && how == flags) {
      count += number;
      return;
    }
    flush();
    start = address;
    count = number;
    flags = how;
  }

  private void flush() {
    if (count > 0) {
      entries.add(Layers.entry(start, count, flags));
    }
  }

  /** Writes the pagemap: the image is whole then. */
  void finish() throws IOException {
    flush();
    count = 0;
    ImageName name =
        ImageName.of(image.shared() ? ImageKind.PAGEMAP_SHMEM : ImageKind.PAGEMAP, image.id());
    Files.write(
        folder.resolve(name.fileName()),
        Layers.pagemap(name, pagesId, entries).encode().toByteArray(),
        StandardOpenOption.CREATE_NEW);
    pages.close();
  }

  @Override
  public void close() throws IOException {
    pages.close();
    parent.ifPresent(ParentPages::close);
  }
}
