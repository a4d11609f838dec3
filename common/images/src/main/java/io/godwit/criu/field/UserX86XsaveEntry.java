package io.godwit.criu.field;

/** What XSAVE adds to the FXSAVE area (Intel SDM volume 1, 13; core-x86.proto). */
public final class UserX86XsaveEntry {
  /** Which components hold more than their initial values: bit 0 x87, 1 SSE, 2 AVX. */
  public static final int XSTATE_BV = 1;

  /** Upper halves of sixteen YMM registers as 64 words of 32 bits. */
  public static final int YMMH_SPACE = 2;

  public static final int BNDREG_STATE = 3;

  public static final int BNDCSR_STATE = 4;

  public static final int OPMASK_REG = 5;

  public static final int ZMM_UPPER = 6;

  public static final int HI16_ZMM = 7;

  public static final int PKRU = 8;

  /** Shadow stack; since CRIU 4.0. */
  public static final int CET = 9;

  private UserX86XsaveEntry() {}
}
