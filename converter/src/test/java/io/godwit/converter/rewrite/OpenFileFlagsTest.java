package io.godwit.converter.rewrite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OpenFileFlagsTest {
  @ParameterizedTest
  @CsvSource({
    "O_DIRECT, 040000, 0200000",
    "O_LARGEFILE, 0100000, 0400000",
    "O_DIRECTORY, 0200000, 040000",
    "O_NOFOLLOW, 0400000, 0100000"
  })
  void flagsOfX8664HaveTheirBitsOfArm64(String name, String x86, String arm) {
    assertEquals(Long.parseLong(arm, 8), OpenFileFlags.swapped(Long.parseLong(x86, 8)), name);
  }

  @ParameterizedTest
  @CsvSource({
    "O_RDWR, 02",
    "O_CREAT, 0100",
    "O_APPEND, 02000",
    "O_NONBLOCK, 04000",
    "O_CLOEXEC, 02000000",
    "O_PATH, 010000000"
  })
  void otherFlagsAreTheSame(String name, String bits) {
    assertEquals(Long.parseLong(bits, 8), OpenFileFlags.swapped(Long.parseLong(bits, 8)), name);
  }

  @Test
  void thereAndBackIsTheSame() {
    Random random = new Random(20_260_101);
    for (int i = 0; i < 10_000; i++) {
      long flags = random.nextLong() & 0xffff_ffffL;
      assertEquals(flags, OpenFileFlags.swapped(OpenFileFlags.swapped(flags)));
    }
  }
}
