package io.godwit.converter.registers;

/**
 * How a thread rounds and which floating-point exceptions it has met, in the terms of both ISAs:
 * MXCSR of x86_64 (Intel SDM volume 1, 10.2.3), FPCR and FPSR of aarch64 (Arm ARM, C5.2).
 *
 * @param rounding the direction
 * @param flushToZero whether denormal numbers count as zero
 * @param trapped the exceptions that raise a signal, as bits of {@link Exceptions}
 * @param met the exceptions that happened, likewise
 */
public record FloatingPointControl(Rounding rounding, boolean flushToZero, int trapped, int met) {
  /** What a program starts with on both ISAs. */
  public static final FloatingPointControl DEFAULT =
      new FloatingPointControl(Rounding.NEAREST, false, 0, 0);

  /** Where to round to. */
  public enum Rounding {
    NEAREST(0, 0),
    DOWN(1, 2),
    UP(2, 1),
    ZERO(3, 3);

    private final int mxcsr;
    private final int fpcr;

    Rounding(int mxcsr, int fpcr) {
      this.mxcsr = mxcsr;
      this.fpcr = fpcr;
    }
  }

  /** The exceptions of IEEE 754 and the denormal operand, in the order of MXCSR. */
  private static final int[] FPSR_BITS = {
    0 /* invalid */,
    7 /* denormal */,
    1 /* division by zero */,
    2 /* overflow */,
    3 /* underflow */,
    4 /* inexact */
  };

  private static final int EXCEPTIONS = (1 << FPSR_BITS.length) - 1;
  private static final int MXCSR_DENORMALS_ARE_ZERO = 1 << 6;
  private static final int MXCSR_MASKS = 7;
  private static final int MXCSR_ROUNDING = 13;
  private static final int MXCSR_FLUSH_TO_ZERO = 1 << 15;
  private static final int FPCR_TRAPS = 8;
  private static final int FPCR_ROUNDING = 22;
  private static final int FPCR_FLUSH_TO_ZERO = 1 << 24;

  /** As MXCSR has it. */
  public static FloatingPointControl ofMxcsr(int mxcsr) {
    int direction = mxcsr >>> MXCSR_ROUNDING & 3;
    return new FloatingPointControl(
        rounding(r -> r.mxcsr == direction),
        (mxcsr & (MXCSR_FLUSH_TO_ZERO | MXCSR_DENORMALS_ARE_ZERO)) != 0,
        ~mxcsr >>> MXCSR_MASKS & EXCEPTIONS,
        mxcsr & EXCEPTIONS);
  }

  /** As FPCR and FPSR have it. */
  public static FloatingPointControl ofFpcr(int fpcr, int fpsr) {
    int direction = fpcr >>> FPCR_ROUNDING & 3;
    return new FloatingPointControl(
        rounding(r -> r.fpcr == direction),
        (fpcr & FPCR_FLUSH_TO_ZERO) != 0,
        fromArm(fpcr >>> FPCR_TRAPS),
        fromArm(fpsr));
  }

  /** For MXCSR. */
  public int mxcsr() {
    return met
        | (~trapped & EXCEPTIONS) << MXCSR_MASKS
        | rounding.mxcsr << MXCSR_ROUNDING
        | (flushToZero ? MXCSR_FLUSH_TO_ZERO | MXCSR_DENORMALS_ARE_ZERO : 0);
  }

  /** For FPCR. */
  public int fpcr() {
    return toArm(trapped) << FPCR_TRAPS
        | rounding.fpcr << FPCR_ROUNDING
        | (flushToZero ? FPCR_FLUSH_TO_ZERO : 0);
  }

  /** For FPSR. */
  public int fpsr() {
    return toArm(met);
  }

  private static Rounding rounding(java.util.function.Predicate<Rounding> which) {
    return java.util.Arrays.stream(Rounding.values()).filter(which).findFirst().orElseThrow();
  }

  private static int toArm(int exceptions) {
    int bits = 0;
    for (int i = 0; i < FPSR_BITS.length; i++) {
      bits |= (exceptions >>> i & 1) << FPSR_BITS[i];
    }
    return bits;
  }

  private static int fromArm(int bits) {
    int exceptions = 0;
    for (int i = 0; i < FPSR_BITS.length; i++) {
      exceptions |= (bits >>> FPSR_BITS[i] & 1) << i;
    }
    return exceptions;
  }
}
