package io.godwit.criu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.criu.PageRun.PageSource;
import io.godwit.criu.field.PagemapEntry;
import io.godwit.criu.field.PagemapHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PagemapTest {
  private static final int PAGE = 4096;
  private static final String PAGES = "pages-1.img";

  /** As CRIU 4.2 writes it: the count in the new field, 0 in the old. */
  private static Message run(long start, long pages, int flags) {
    return Message.builder()
        .varint(PagemapEntry.VADDR, start)
        .varint(PagemapEntry.COMPAT_NR_PAGES, 0)
        .varint(PagemapEntry.FLAGS, flags)
        .varint(PagemapEntry.NR_PAGES, pages)
        .build();
  }

  /** As CRIU before 4.2 writes it. */
  private static Message oldRun(long start, long pages, int flags) {
    return run(start, pages, flags)
        .without(PagemapEntry.NR_PAGES)
        .withVarint(PagemapEntry.COMPAT_NR_PAGES, pages);
  }

  private static EntryImage image(Message... runs) {
    List<Message> messages = new ArrayList<>();
    messages.add(Message.empty().withVarint(PagemapHead.PAGES_ID, 1));
    messages.addAll(List.of(runs));
    return EntryImage.of(ImageName.of(ImageKind.PAGEMAP, 1), messages);
  }

  private static Pagemap pagemap(Message... runs) {
    return Pagemap.decode(image(runs), PAGE, PAGES);
  }

  private static final int PRESENT = PagemapEntry.PE_PRESENT;

  @Test
  void findsWhereAPageLies() {
    Pagemap map = pagemap(run(0x1000, 2, PRESENT), run(0x8000, 1, PRESENT));
    assertEquals(Optional.of(new PageSource(PAGES, 0x1234)), map.locate(0x2234));
    assertEquals(Optional.of(new PageSource(PAGES, 0x2000)), map.locate(0x8000));
    assertEquals(Optional.empty(), map.locate(0x3000));
    assertEquals(Optional.empty(), map.locate(0xfff));
    assertEquals(3 * PAGE, map.pagesSize());
    assertEquals(1, map.pagesId());
  }

  @Test
  void readsTheCountOfOldAndNewCriu() {
    assertEquals(3, pagemap(run(0x1000, 3, PRESENT)).runs().getFirst().pages());
    assertEquals(3, pagemap(oldRun(0x1000, 3, PRESENT)).runs().getFirst().pages());
  }

  /** Hole 5: what is in the parent takes no place in the pages file. */
  @Test
  void pagesInTheParentAreNotInThePagesFile() {
    Pagemap map =
        pagemap(
            run(0x1000, 1, PRESENT),
            run(0x2000, 5, PagemapEntry.PE_PARENT),
            run(0x7000, 2, PagemapEntry.PE_LAZY),
            run(0x9000, 1, PRESENT | PagemapEntry.PE_LAZY));
    assertEquals(Optional.empty(), map.locate(0x2000));
    assertEquals(Optional.empty(), map.locate(0x7000));
    assertEquals(Optional.of(new PageSource(PAGES, PAGE)), map.locate(0x9000));
    assertEquals(2 * PAGE, map.pagesSize());
    assertEquals(List.of(new PageSegment(PAGES, 0, 2 * PAGE)), map.segments());
  }

  @Test
  void imagesWithoutFlagsArePresentUnlessInTheParent() {
    Pagemap map =
        pagemap(
            oldRun(0x1000, 1, 0).without(PagemapEntry.FLAGS).withBool(PagemapEntry.IN_PARENT, true),
            oldRun(0x2000, 1, 0).without(PagemapEntry.FLAGS));
    assertEquals(Optional.empty(), map.locate(0x1000));
    assertEquals(Optional.of(new PageSource(PAGES, 0)), map.locate(0x2000));
  }

  /** Hole 5: only the part of a run that lies in the range goes. */
  @Test
  void cuttingSplitsARun() {
    Pagemap cut = pagemap(run(0x1000, 6, PRESENT), run(0x9000, 1, PRESENT)).without(0x2fff, 0x4001);
    assertEquals(
        List.of(run(0x1000, 1, PRESENT), run(0x5000, 2, PRESENT), run(0x9000, 1, PRESENT)),
        cut.messages().subList(1, 4));
    assertEquals(
        List.of(new PageSegment(PAGES, 0, PAGE), new PageSegment(PAGES, 4 * PAGE, 3 * PAGE)),
        cut.segments());
  }

  @Test
  void splitRunsCountInTheFieldOfTheirWriter() {
    Pagemap cut = pagemap(oldRun(0x1000, 3, PRESENT)).without(0x2000, 0x3000);
    assertEquals(
        List.of(oldRun(0x1000, 1, PRESENT), oldRun(0x3000, 1, PRESENT)),
        cut.messages().subList(1, 3));
  }

  @Test
  void untouchedRunsKeepTheirMessages() {
    EntryImage image = image(run(0x1000, 6, PRESENT), run(0x9000, 1, PRESENT));
    assertEquals(
        image.messages(), Pagemap.decode(image, PAGE, PAGES).without(0x8000, 0x9000).messages());
  }

  @Test
  void bothCountsServeEveryReader() {
    Message both = pagemap(run(0x1000, 6, PRESENT)).withBothCounts().messages().get(1);
    assertEquals(6, both.requireVarint(PagemapEntry.COMPAT_NR_PAGES));
    assertEquals(6, both.requireVarint(PagemapEntry.NR_PAGES));
    Pagemap huge = pagemap(run(0x1000, 1L << 32, PRESENT));
    assertThrows(ImageException.class, huge::withBothCounts);
  }

  @Test
  void pagesOfAnotherFileGoBetween() {
    Pagemap map =
        pagemap(run(0x1000, 1, PRESENT), run(0x9000, 1, PRESENT))
            .with(PageRun.present(0x5000, 2, PAGE, new PageSource("template", 0x3000)));
    assertEquals(
        List.of(
            new PageSegment(PAGES, 0, PAGE),
            new PageSegment("template", 0x3000, 2 * PAGE),
            new PageSegment(PAGES, PAGE, PAGE)),
        map.segments());
    PageRun overlapping = PageRun.present(0x6000, 4, PAGE, new PageSource("template", 0));
    assertThrows(ImageException.class, () -> map.with(overlapping));
  }

  @Test
  void partsOfAPagemapCanBeTaken() {
    List<PageRun> vdso = pagemap(run(0x1000, 6, PRESENT)).runs(0x2000, 0x4000);
    assertEquals(1, vdso.size());
    assertEquals(0x2000, vdso.getFirst().start());
    assertEquals(Optional.of(new PageSource(PAGES, PAGE)), vdso.getFirst().source());
  }

  @Test
  void refusesWhatCriuCouldNotHaveWritten() {
    assertWrong("a multiple of 4096", run(0x1001, 1, PRESENT));
    assertWrong("an address from 0x3000", run(0x1000, 2, PRESENT), run(0x2000, 1, PRESENT));
    assertWrong("pages below address 0x200000000000000", run(0x1000, 0, PRESENT));
    assertWrong("pages below address 0x200000000000000", run(0x1000, -1, PRESENT));
    assertWrong("pages below address 0x200000000000000", run(0x1000, 1L << 45, PRESENT));
    assertWrong("pages below address 0x200000000000000", run(-PAGE, 1, PRESENT));
    assertWrong("field 1", Message.empty());
    EntryImage headless = image().withMessages(List.of());
    assertThrows(ImageException.class, () -> Pagemap.decode(headless, PAGE, PAGES));
  }

  private static void assertWrong(String expected, Message... runs) {
    assertEquals(expected, assertThrows(ImageException.class, () -> pagemap(runs)).expected());
  }

  /** Against a model that holds every page by itself. */
  @Test
  void cuttingAgreesWithAModelPageByPage() {
    for (long seed = 1; seed <= 300; seed++) {
      Random random = new Random(seed);
      List<Message> runs = new ArrayList<>();
      TreeMap<Long, Long> model = new TreeMap<>();
      long address = 0;
      long offset = 0;
      for (int i = 0; i < 10; i++) {
        address += (long) PAGE * random.nextInt(3);
        int pages = 1 + random.nextInt(6);
        boolean present = random.nextInt(4) > 0;
        runs.add(run(address, pages, present ? PRESENT : PagemapEntry.PE_PARENT));
        for (int p = 0; p < pages; p++, address += PAGE) {
          if (present) {
            model.put(address, offset);
            offset += PAGE;
          }
        }
      }
      Pagemap map = pagemap(runs.toArray(Message[]::new));
      for (int i = 0; i < 3; i++) {
        long from = (long) PAGE * random.nextInt(50);
        long to = from + (long) PAGE * random.nextInt(10);
        map = map.without(from, to);
        model.subMap(from, to).clear();
      }
      for (long at = 0; at < address; at += PAGE) {
        Optional<PageSource> expected =
            Optional.ofNullable(model.get(at)).map(o -> new PageSource(PAGES, o));
        assertEquals(expected, map.locate(at), "seed " + seed + " address " + at);
      }
      List<Long> offsets = new ArrayList<>();
      for (PageSegment segment : map.segments()) {
        for (long at = 0; at < segment.length(); at += PAGE) {
          offsets.add(segment.offset() + at);
        }
      }
      assertEquals(List.copyOf(model.values()), offsets, "seed " + seed);
      assertEquals(map.pagesSize(), (long) PAGE * model.size());
      Pagemap again = pagemap(map.messages().stream().skip(1).toArray(Message[]::new));
      assertTrue(again.pagesSize() == map.pagesSize(), "seed " + seed);
    }
  }
}
