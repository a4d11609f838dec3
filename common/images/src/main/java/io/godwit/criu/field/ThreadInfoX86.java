package io.godwit.criu.field;

/** A thread's x86 registers (core-x86.proto). */
public final class ThreadInfoX86 {
  /** set_tid_address(2). */
  public static final int CLEAR_TID_ADDR = 1;

  /** {@link UserX86RegsEntry}. */
  public static final int GPREGS = 2;

  /** {@link UserX86FpregsEntry}. */
  public static final int FPREGS = 3;

  /** GDT entries of 32-bit programs, three of them, unused in 64-bit ones. */
  public static final int TLS = 4;

  private ThreadInfoX86() {}
}
