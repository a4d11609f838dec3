package io.godwit.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.BlobRef;
import io.godwit.contract.Segment;
import io.godwit.criu.ImageException;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.PagemapEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Pages in two layers are the same pages as whole ones. */
final class LayersTest {
  private static final int PAGE = 4096;
  private static final ImageName NAME = ImageName.of(ImageKind.PAGEMAP, 1);

  @Test
  void whatLiesBelowIsReferredToAndTheRestStays() {
    Layers.Pages lower = pages(run(0x10000, 4), segment("a", 0, 4));
    Layers.Pages whole =
        pages(
            List.of(run(0x10000, 4), run(0x20000, 1)),
            List.of(
                segment("a", 0, 1), segment("b", 0, 1), segment("a", 2, 2), segment("b", 1, 1)));

    Layers.Pages upper = Layers.over(whole, lower, PAGE);

    assertEquals(List.of(segment("b", 0, 1), segment("b", 1, 1)), upper.segments());
    assertEquals(
        List.of(
            Layers.entry(0x10000, 1, PagemapEntry.PE_PARENT),
            Layers.entry(0x11000, 1, PagemapEntry.PE_PRESENT),
            Layers.entry(0x12000, 2, PagemapEntry.PE_PARENT),
            Layers.entry(0x20000, 1, PagemapEntry.PE_PRESENT)),
        entries(upper));
  }

  @Test
  void samePlaceOfABlobAtAnotherAddressIsNotReferredTo() {
    Layers.Pages lower = pages(run(0x10000, 1), segment("a", 0, 1));
    Layers.Pages whole = pages(run(0x11000, 1), segment("a", 0, 1));

    assertEquals(whole.segments(), Layers.over(whole, lower, PAGE).segments());
  }

  @Test
  void layersPutTogetherAreTheWholeAgain() {
    Random random = new Random(7);
    for (int i = 0; i < 300; i++) {
      Layers.Pages lower = random(random);
      Layers.Pages whole = random(random);
      Layers.Pages again = Layers.whole(Layers.over(whole, lower, PAGE), lower, PAGE);
      assertEquals(places(whole), places(again), "seed 7, round " + i);
    }
  }

  @Test
  void pageThatTheLayerBelowHasNotIsNamed() {
    Layers.Pages upper =
        pages(List.of(Layers.entry(0x10000, 2, PagemapEntry.PE_PARENT)), List.of());
    Layers.Pages lower = pages(run(0x10000, 1), segment("a", 0, 1));

    ImageException e = assertThrows(ImageException.class, () -> Layers.whole(upper, lower, PAGE));

    assertTrue(e.getMessage().contains("one at 0x11000 that it has not"), e.getMessage());
  }

  @Test
  void pagesFileThatIsShorterThanItsPagemapSaysIsRefused() {
    Layers.Pages wrong = pages(run(0x10000, 2), segment("a", 0, 1));

    ImageException e = assertThrows(ImageException.class, () -> Layers.over(wrong, wrong, PAGE));

    assertTrue(e.getMessage().contains("8192 bytes"), e.getMessage());
  }

  @Test
  void changesOfAFileMakeTheOtherOfIt() {
    Random random = new Random(11);
    for (int i = 0; i < 300; i++) {
      List<Segment> before = cut(random, "a", 40);
      List<Segment> after = cut(random, random.nextBoolean() ? "a" : "b", 40);
      List<Segments.Change> changes = Segments.changes(before, after);
      assertEquals(units(after), units(Segments.replace(before, changes)), "seed 11, round " + i);
    }
  }

  /** Pages with gaps, some out of one blob at the place of their address, some out of others. */
  private static Layers.Pages random(Random random) {
    List<Message> entries = new ArrayList<>();
    List<Segment> segments = new ArrayList<>();
    long page = 16;
    while (page < 80) {
      page += random.nextInt(3);
      int count = 1 + random.nextInt(9);
      entries.add(run(page * PAGE, count));
      int left = count;
      while (left > 0) {
        int part = 1 + random.nextInt(left);
        segments.add(
            random.nextInt(3) > 0
                ? segment("a", page + count - left, part)
                : segment("b", random.nextInt(50), part));
        left -= part;
      }
      page += count;
    }
    return pages(entries, segments);
  }

  private static List<Segment> cut(Random random, String blob, int pages) {
    List<Segment> segments = new ArrayList<>();
    int at = 0;
    while (at < pages) {
      int part = Math.min(pages - at, 1 + random.nextInt(7));
      segments.add(random.nextInt(4) > 0 ? segment(blob, at, part) : segment("c", 3, part));
      at += part;
    }
    return segments;
  }

  /** Page by page: its address and where it is. */
  private static List<String> places(Layers.Pages pages) {
    List<String> units = units(pages.segments());
    List<String> places = new ArrayList<>();
    for (Message entry : entries(pages)) {
      long start = entry.requireVarint(PagemapEntry.VADDR);
      for (int i = 0; i < entry.requireVarint(PagemapEntry.NR_PAGES); i++) {
        places.add(Long.toHexString(start + (long) i * PAGE) + " " + units.get(places.size()));
      }
    }
    return places;
  }

  private static List<String> units(List<Segment> segments) {
    List<String> units = new ArrayList<>();
    for (Segment segment : segments) {
      for (long at = 0; at < segment.getLength(); at += PAGE) {
        units.add(segment.getBlob().getSha256() + "@" + (segment.getOffset() + at));
      }
    }
    return units;
  }

  private static List<Message> entries(Layers.Pages pages) {
    return pages.pagemap().messages().subList(1, pages.pagemap().messages().size());
  }

  private static Message run(long address, long pages) {
    return Layers.entry(address, pages, PagemapEntry.PE_PRESENT);
  }

  private static Segment segment(String blob, long page, long pages) {
    return Segment.newBuilder()
        .setBlob(BlobRef.newBuilder().setSha256(blob).setSize(100 * PAGE))
        .setOffset(page * PAGE)
        .setLength(pages * PAGE)
        .build();
  }

  private static Layers.Pages pages(Message entry, Segment segment) {
    return pages(List.of(entry), List.of(segment));
  }

  private static Layers.Pages pages(List<Message> entries, List<Segment> segments) {
    return new Layers.Pages(Layers.pagemap(NAME, 1, entries), segments);
  }
}
