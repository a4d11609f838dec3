package io.godwit.criu;

import io.godwit.criu.field.MmEntry;
import io.godwit.criu.field.VmaEntry;

/**
 * Address space that a program has only reserved: private mappings that cannot be written to. The
 * kernel counts none of it as memory to be had, so there may be far more of it than memory
 * (MariaDB's server: 8 TiB). CRIU maps everything as writable first (premap_private_vma), which the
 * kernel refuses beyond all memory and swap (ENOMEM), unless the mapping says that none of it is to
 * be counted: MAP_NORESERVE. Where a machine counts strictly (vm.overcommit_memory 2), that is not
 * heard.
 */
public final class Reservations {
  /** The same on every ISA that Godwit knows (kernel uapi asm-generic/mman-common.h). */
  static final long MAP_NORESERVE = 0x4000;

  /** In bytes. No machine that runs Docker has as little memory. */
  private static final long SMALL = 64L << 20;

  private static final int PRIVATE = VmaEntry.ANON_PRIVATE | VmaEntry.FILE_PRIVATE;

  private Reservations() {}

  /** An mm image's message whose reservations are not counted. */
  public static Message uncounted(Message mm) {
    return mm.withMessages(
        MmEntry.VMAS, mm.messages(MmEntry.VMAS).stream().map(Reservations::mapping).toList());
  }

  private static Message mapping(Message vma) {
    long flags = vma.requireVarint(VmaEntry.FLAGS);
    return isReservation(vma) && (flags & MAP_NORESERVE) == 0
        ? vma.withVarint(VmaEntry.FLAGS, flags | MAP_NORESERVE)
        : vma;
  }

  private static boolean isReservation(Message vma) {
    return vma.requireVarint(VmaEntry.END) - vma.requireVarint(VmaEntry.START) >= SMALL
        && (vma.requireVarint(VmaEntry.STATUS) & PRIVATE) != 0
        && (vma.requireVarint(VmaEntry.PROT) & VmaEntry.PROT_WRITE) == 0;
  }
}
