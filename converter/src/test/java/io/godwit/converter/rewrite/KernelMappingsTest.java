package io.godwit.converter.rewrite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.converter.graft.Vma;
import io.godwit.criu.Message;
import io.godwit.criu.field.VmaEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class KernelMappingsTest {
  private static final long LIMIT = 1L << 48;
  private static final long VVAR = 0xffff96000000L;
  private static final long VDSO = 0xffff96002000L;

  @Test
  void stayWhereTheKernelPutThemWhenNothingIsThere() {
    KernelMappings mappings = mappings();
    assertEquals(Optional.of(mappings), mappings.placedAmong(List.of(vma(0x400000, 16)), LIMIT));
  }

  @Test
  void findNoPlaceWhereAllIsTaken() {
    Vma all = new Vma(vma(0, 1).message().withVarint(VmaEntry.END, LIMIT));
    assertTrue(mappings().placedAmong(List.of(all), LIMIT).isEmpty());
  }

  @Test
  void whereverTheyGoTheyTouchNothingAndStayTogether() {
    Random random = new Random(42);
    for (int i = 0; i < 2000; i++) {
      List<Vma> others = others(random);
      Optional<KernelMappings> placed = mappings().placedAmong(others, LIMIT);
      assertTrue(placed.isPresent());
      List<Vma> vmas = placed.get().vmas();
      assertEquals(VDSO - VVAR, vmas.get(1).start() - vmas.get(0).start());
      assertEquals(VVAR + placed.get().movedBy(), vmas.get(0).start());
      for (Vma vma : vmas) {
        assertTrue(vma.end() <= LIMIT);
        for (Vma other : others) {
          assertFalse(other.overlaps(vma.start(), vma.end()));
        }
      }
    }
  }

  @Test
  void gapsAndMappingsMakeUpEveryRange() {
    Random random = new Random(43);
    for (int i = 0; i < 2000; i++) {
      List<Vma> others = others(random);
      long start = VVAR + random.nextInt(64) * 0x1000L;
      long end = start + (1 + random.nextInt(64)) * 0x1000L;
      List<Coverage.Range> gaps = Coverage.gaps(others, start, end);
      for (long page = start; page < end; page += 0x1000) {
        long at = page;
        boolean mapped = others.stream().anyMatch(vma -> vma.contains(at));
        boolean gap = gaps.stream().anyMatch(range -> range.start() <= at && at < range.end());
        assertTrue(mapped != gap);
      }
    }
  }

  /** Sorted and apart, most of them where the kernel's mappings want to be. */
  private static List<Vma> others(Random random) {
    List<Vma> vmas = new ArrayList<>();
    vmas.add(vma(0x400000, 16));
    long at = VVAR - random.nextInt(8) * 0x1000L;
    for (int i = random.nextInt(6); i > 0; i--) {
      at += random.nextInt(5) * 0x1000L;
      int pages = 1 + random.nextInt(6);
      vmas.add(vma(at, pages));
      at += pages * 0x1000L;
    }
    return vmas;
  }

  private static KernelMappings mappings() {
    Message vvar = vma(VVAR, 2).message().withVarint(VmaEntry.STATUS, VmaEntry.AREA_VVAR);
    Message vdso = vma(VDSO, 2).message().withVarint(VmaEntry.STATUS, VmaEntry.AREA_VDSO);
    return new KernelMappings(List.of(new Vma(vvar), new Vma(vdso)), 0);
  }

  private static Vma vma(long start, int pages) {
    return new Vma(
        Message.builder()
            .varint(VmaEntry.START, start)
            .varint(VmaEntry.END, start + pages * 0x1000L)
            .varint(VmaEntry.PROT, VmaEntry.PROT_READ)
            .varint(VmaEntry.STATUS, VmaEntry.AREA_REGULAR)
            .build());
  }
}
