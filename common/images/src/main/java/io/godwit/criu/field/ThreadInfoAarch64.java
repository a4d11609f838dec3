package io.godwit.criu.field;

/** A thread's 64-bit Arm registers (core-aarch64.proto). */
public final class ThreadInfoAarch64 {
  /** set_tid_address(2). */
  public static final int CLEAR_TID_ADDR = 1;

  /** TPIDR_EL0. */
  public static final int TLS = 2;

  /** {@link UserAarch64RegsEntry}. */
  public static final int GPREGS = 3;

  /** {@link UserAarch64FpsimdContextEntry}. */
  public static final int FPSIMD = 4;

  /** Pointer authentication keys; since CRIU 4.1. */
  public static final int PAC_KEYS = 5;

  private ThreadInfoAarch64() {}
}
