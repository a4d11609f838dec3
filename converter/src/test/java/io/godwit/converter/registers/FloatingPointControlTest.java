package io.godwit.converter.registers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.converter.registers.FloatingPointControl.Rounding;
import org.junit.jupiter.api.Test;

final class FloatingPointControlTest {
  @Test
  void whatX8664StartsWithIsWhatAarch64StartsWith() {
    FloatingPointControl start = FloatingPointControl.ofMxcsr(0x1f80);
    assertEquals(FloatingPointControl.DEFAULT, start);
    assertEquals(0, start.fpcr());
    assertEquals(0, start.fpsr());
  }

  @Test
  void roundingTowardsInfinitiesChangesPlaces() {
    // MXCSR: 1 down, 2 up. FPCR: 1 towards plus infinity, 2 towards minus.
    assertEquals(Rounding.DOWN, FloatingPointControl.ofMxcsr(0x1f80 | 1 << 13).rounding());
    assertEquals(Rounding.DOWN, FloatingPointControl.ofFpcr(2 << 22, 0).rounding());
  }

  @Test
  void everyMxcsrSurvivesTheWayThereAndBack() {
    // Bits 0 to 15 but for bit 6: denormals-are-zero has no switch of its own on aarch64.
    for (int mxcsr = 0; mxcsr <= 0xffff; mxcsr++) {
      boolean flush = (mxcsr & 0x8040) != 0;
      int expected = flush ? mxcsr | 0x8040 : mxcsr;
      FloatingPointControl control = FloatingPointControl.ofMxcsr(mxcsr);
      assertEquals(expected, FloatingPointControl.ofFpcr(control.fpcr(), control.fpsr()).mxcsr());
    }
  }
}
