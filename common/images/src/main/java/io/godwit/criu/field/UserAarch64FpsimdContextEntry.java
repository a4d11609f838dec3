package io.godwit.criu.field;

/** The vector registers, as in the kernel's user_fpsimd_state (core-aarch64.proto). */
public final class UserAarch64FpsimdContextEntry {
  /** V0 to V31 as 64 values, low half first, not packed. */
  public static final int VREGS = 1;

  public static final int FPSR = 2;

  public static final int FPCR = 3;

  private UserAarch64FpsimdContextEntry() {}
}
