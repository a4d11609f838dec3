package io.godwit.criu.field;

/** The general registers, as in the kernel's user_pt_regs (core-aarch64.proto). */
public final class UserAarch64RegsEntry {
  /** X0 to X30, 31 values, not packed. */
  public static final int REGS = 1;

  public static final int SP = 2;

  public static final int PC = 3;

  /** NZCV in bits 28 to 31; 0 in EL0 with nothing set. */
  public static final int PSTATE = 4;

  private UserAarch64RegsEntry() {}
}
