package io.godwit.converter.rewrite;

import io.godwit.converter.graft.Vma;
import io.godwit.criu.Message;
import io.godwit.criu.field.MmEntry;
import io.godwit.criu.field.VmaEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The mappings that a kernel makes in every process by itself: vdso with its data. Their places
 * relative to each other are fixed, because the code reads the data by distance.
 *
 * @param vmas by address
 * @param movedBy how far they are from where the kernel had put them
 */
record KernelMappings(List<Vma> vmas, long movedBy) {
  /** Kept free on both sides when they must move, so that nothing grows into them. */
  private static final long MARGIN = 16L << 20;

  private static final int ONE_ISA_ONLY =
      VmaEntry.AREA_VDSO
          | VmaEntry.AREA_VVAR
          | VmaEntry.AREA_VSYSCALL
          | VmaEntry.AREA_SHSTK
          | VmaEntry.AREA_UPROBES;

  KernelMappings {
    vmas = List.copyOf(vmas);
  }

  /** Whether the kernel of this ISA made it, and another would not. */
  static boolean isOne(Vma vma) {
    return vma.has(ONE_ISA_ONLY);
  }

  /** Vdso and vvar of a process; empty where it has none. */
  static KernelMappings of(Message mm) {
    List<Vma> vmas =
        Vma.of(mm, MmEntry.VMAS).stream()
            .filter(vma -> vma.has(VmaEntry.AREA_VDSO | VmaEntry.AREA_VVAR))
            .toList();
    return new KernelMappings(vmas, 0);
  }

  /** The same where they touch none of the others, moved if they must be. */
  Optional<KernelMappings> placedAmong(List<Vma> others, long limit) {
    if (vmas.isEmpty()) {
      return Optional.of(this);
    }
    long start = vmas.getFirst().start();
    long length = vmas.getLast().end() - start;
    if (isFree(start, start + length, others, limit)) {
      return Optional.of(this);
    }
    // Above one of the others, the highest place first: low addresses are for the heap.
    for (Vma other : others.reversed()) {
      long from = other.end() + MARGIN;
      if (isFree(from - MARGIN, from + length + MARGIN, others, limit)) {
        return Optional.of(movedTo(from));
      }
    }
    return Optional.empty();
  }

  private KernelMappings movedTo(long start) {
    long distance = start - vmas.getFirst().start();
    List<Vma> moved = new ArrayList<>();
    vmas.forEach(vma -> moved.add(vma.movedTo(vma.start() + distance)));
    return new KernelMappings(moved, movedBy + distance);
  }

  private static boolean isFree(long from, long to, List<Vma> others, long limit) {
    return from >= 0
        && to > from
        && to <= limit
        && others.stream().noneMatch(other -> other.overlaps(from, to));
  }
}
