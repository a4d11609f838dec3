package io.godwit.criu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.criu.field.MmEntry;
import io.godwit.criu.field.VmaEntry;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReservationsTest {
  private static final long TERABYTES = 8L << 40;
  private static final long PRIVATE_ANONYMOUS = 0x22;

  @Test
  void addressSpaceThatIsOnlyReservedIsNotCounted() {
    assertEquals(
        PRIVATE_ANONYMOUS | Reservations.MAP_NORESERVE,
        flagsAfter(TERABYTES, 0, VmaEntry.ANON_PRIVATE));
    assertEquals(
        PRIVATE_ANONYMOUS | Reservations.MAP_NORESERVE,
        flagsAfter(TERABYTES, VmaEntry.PROT_READ, VmaEntry.FILE_PRIVATE));
  }

  @Test
  void whatCountsAsMemoryOnTheSourceCountsAfterwards() {
    long writable = VmaEntry.PROT_READ | VmaEntry.PROT_WRITE;
    assertEquals(PRIVATE_ANONYMOUS, flagsAfter(TERABYTES, writable, VmaEntry.ANON_PRIVATE));
  }

  @Test
  void sharedMemoryAndSmallMappingsStayAsTheyAre() {
    assertEquals(PRIVATE_ANONYMOUS, flagsAfter(TERABYTES, 0, VmaEntry.ANON_SHARED));
    assertEquals(PRIVATE_ANONYMOUS, flagsAfter(1 << 20, 0, VmaEntry.ANON_PRIVATE));
  }

  private static long flagsAfter(long length, long protection, int kind) {
    long start = 0x10000;
    Message vma =
        Message.empty()
            .withVarint(VmaEntry.START, start)
            .withVarint(VmaEntry.END, start + length)
            .withVarint(VmaEntry.PROT, protection)
            .withVarint(VmaEntry.FLAGS, PRIVATE_ANONYMOUS)
            .withVarint(VmaEntry.STATUS, VmaEntry.AREA_REGULAR | kind);
    Message mm = Message.empty().withMessages(MmEntry.VMAS, List.of(vma));
    return Reservations.uncounted(mm)
        .messages(MmEntry.VMAS)
        .getFirst()
        .requireVarint(VmaEntry.FLAGS);
  }
}
