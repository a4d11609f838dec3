package io.godwit.pages;

import io.godwit.contract.BlobRef;
import io.godwit.contract.Segment;
import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageException;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.PageRun;
import io.godwit.criu.Pagemap;
import io.godwit.criu.field.PagemapEntry;
import io.godwit.criu.field.PagemapHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Between pages in two layers and whole ones. */
public final class Layers {
  /** A folder of images refers by this name to the layer below it (CRIU, CR_PARENT_LINK). */
  public static final String PARENT = "parent";

  private Layers() {}

  /**
   * A process's pages: which, and where their bytes are.
   *
   * @param pagemap the image of that name
   * @param segments of which its pages file is made; its length is what the pagemap says
   */
  public record Pages(EntryImage pagemap, List<Segment> segments) {
    /** Takes a copy. */
    public Pages {
      segments = List.copyOf(segments);
    }
  }

  /** Bytes of a blob at an address. */
  private record Piece(long address, BlobRef blob, long offset, long length) {
    long end() {
      return address + length;
    }

    Piece part(long from, long to) {
      return new Piece(from, blob, offset + (from - address), to - from);
    }

    Segment segment() {
      return Segment.newBuilder().setBlob(blob).setOffset(offset).setLength(length).build();
    }
  }

  /**
   * The upper layer of whole pages over a lower one: what the lower one has at the same address out
   * of the same place of the same blob, is referred to.
   *
   * @throws ImageException when a pagemap is damaged or does not fit its segments
   */
  public static Pages over(Pages whole, Pages lower, int pageSize) {
    NavigableMap<Long, Piece> below = pieces(lower, pageSize);
    List<Message> messages = new ArrayList<>();
    messages.add(whole.pagemap().messages().getFirst());
    List<Segment> own = new ArrayList<>();
    for (Placed run : placed(whole, pageSize)) {
      if (run.pieces.isEmpty()) {
        messages.add(run.run.message());
      }
      for (Piece piece : run.pieces) {
        split(piece, below, pageSize, flags(run.run), messages, own);
      }
    }
    return new Pages(whole.pagemap().withMessages(messages), own);
  }

  /**
   * The whole pages of two layers.
   *
   * @throws ImageException when the upper layer refers to what the lower does not have
   */
  public static Pages whole(Pages upper, Pages lower, int pageSize) {
    NavigableMap<Long, Piece> below = pieces(lower, pageSize);
    List<Message> messages = new ArrayList<>();
    messages.add(upper.pagemap().messages().getFirst());
    List<Segment> segments = new ArrayList<>();
    for (Placed run : placed(upper, pageSize)) {
      boolean inParent = (flags(run.run) & PagemapEntry.PE_PARENT) != 0;
      if (inParent) {
        long at = run.run.start();
        while (at < run.run.end()) {
          Map.Entry<Long, Piece> piece = below.floorEntry(at);
          if (piece == null || piece.getValue().end() <= at) {
            throw new ImageException(
                upper.pagemap().name(),
                -1,
                "a page that the layer below has",
                "one at 0x" + Long.toHexString(at) + " that it has not");
          }
          long to = Math.min(run.run.end(), piece.getValue().end());
          segments.add(piece.getValue().part(at, to).segment());
          at = to;
        }
        messages.add(entry(run.run.start(), run.run.pages(), PagemapEntry.PE_PRESENT));
      } else {
        run.pieces.forEach(piece -> segments.add(piece.segment()));
        messages.add(run.run.message());
      }
    }
    return new Pages(upper.pagemap().withMessages(messages), joined(segments));
  }

  /** A pagemap of runs that are all present. */
  public static EntryImage pagemap(ImageName name, long pagesId, List<Message> entries) {
    List<Message> messages = new ArrayList<>();
    messages.add(Message.builder().varint(PagemapHead.PAGES_ID, pagesId).build());
    messages.addAll(entries);
    return EntryImage.of(name, messages);
  }

  /** An entry of a pagemap, its count in both fields. */
  public static Message entry(long address, long pages, long flags) {
    return Message.builder()
        .varint(PagemapEntry.VADDR, address)
        .varint(PagemapEntry.COMPAT_NR_PAGES, pages)
        .varint(PagemapEntry.FLAGS, flags)
        .varint(PagemapEntry.NR_PAGES, pages)
        .build();
  }

  /** The pages file of a pagemap. */
  public static String pagesFile(EntryImage pagemap) {
    return ImageName.of(ImageKind.PAGES, pagesId(pagemap)).fileName();
  }

  private static long pagesId(EntryImage pagemap) {
    if (pagemap.messages().isEmpty()) {
      throw new ImageException(pagemap.name(), -1, "a head", "no entry");
    }
    return pagemap.messages().getFirst().requireVarint(PagemapHead.PAGES_ID);
  }

  private record Placed(PageRun run, List<Piece> pieces) {}

  private static void split(
      Piece piece,
      NavigableMap<Long, Piece> below,
      int pageSize,
      long flags,
      List<Message> messages,
      List<Segment> own) {
    long at = piece.address();
    while (at < piece.end()) {
      Map.Entry<Long, Piece> candidate = below.floorEntry(at);
      if (candidate == null || candidate.getValue().end() <= at) {
        candidate = below.higherEntry(at);
      }
      if (candidate == null || candidate.getKey() >= piece.end()) {
        keep(piece.part(at, piece.end()), pageSize, flags, messages, own);
        return;
      }
      Piece there = candidate.getValue();
      if (there.address() > at) {
        keep(piece.part(at, there.address()), pageSize, flags, messages, own);
        at = there.address();
      }
      long to = Math.min(piece.end(), there.end());
      Piece part = piece.part(at, to);
      if (part.equals(there.part(at, to))) {
        messages.add(entry(at, (to - at) / pageSize, PagemapEntry.PE_PARENT));
      } else {
        keep(part, pageSize, flags, messages, own);
      }
      at = to;
    }
  }

  private static void keep(
      Piece part, int pageSize, long flags, List<Message> messages, List<Segment> own) {
    messages.add(entry(part.address(), part.length() / pageSize, flags));
    own.add(part.segment());
  }

  private static NavigableMap<Long, Piece> pieces(Pages pages, int pageSize) {
    NavigableMap<Long, Piece> pieces = new TreeMap<>();
    for (Placed run : placed(pages, pageSize)) {
      run.pieces.forEach(piece -> pieces.put(piece.address(), piece));
    }
    return pieces;
  }

  /** Lays the segments along the runs; both are cut where the other ends. */
  private static List<Placed> placed(Pages pages, int pageSize) {
    Pagemap pagemap = Pagemap.decode(pages.pagemap(), pageSize, pagesFile(pages.pagemap()));
    long size = pages.segments().stream().mapToLong(Segment::getLength).sum();
    if (size != pagemap.pagesSize()) {
      throw new ImageException(
          pages.pagemap().name(),
          -1,
          "pages of " + size + " bytes, as its pages file has",
          pagemap.pagesSize() + " bytes");
    }
    List<Placed> placed = new ArrayList<>();
    int next = 0;
    long used = 0;
    for (PageRun run : pagemap.runs()) {
      List<Piece> pieces = new ArrayList<>();
      long at = run.start();
      while (run.source().isPresent() && at < run.end()) {
        Segment segment = pages.segments().get(next);
        long length = Math.min(run.end() - at, segment.getLength() - used);
        if (length % pageSize != 0) {
          throw new ImageException(
              pages.pagemap().name(), -1, "parts of whole pages", "one of " + length + " bytes");
        }
        if (length > 0) {
          pieces.add(new Piece(at, segment.getBlob(), segment.getOffset() + used, length));
        }
        at += length;
        used += length;
        if (used == segment.getLength()) {
          next++;
          used = 0;
        }
      }
      placed.add(new Placed(run, pieces));
    }
    return placed;
  }

  private static long flags(PageRun run) {
    long absent = run.source().isPresent() ? PagemapEntry.PE_PRESENT : PagemapEntry.PE_PARENT;
    return run.message().varint(PagemapEntry.FLAGS).orElse(absent);
  }

  private static List<Segment> joined(List<Segment> segments) {
    List<Segment> joined = new ArrayList<>();
    for (Segment next : segments) {
      if (!joined.isEmpty()) {
        Segment last = joined.getLast();
        if (last.getBlob().equals(next.getBlob())
            && last.getOffset() + last.getLength() == next.getOffset()) {
          joined.set(
              joined.size() - 1,
              last.toBuilder().setLength(last.getLength() + next.getLength()).build());
          continue;
        }
      }
      joined.add(next);
    }
    return joined;
  }
}
