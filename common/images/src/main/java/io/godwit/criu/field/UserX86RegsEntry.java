package io.godwit.criu.field;

/** The general registers, as in the kernel's user_regs_struct (core-x86.proto). */
public final class UserX86RegsEntry {
  public static final int R15 = 1;

  public static final int R14 = 2;

  public static final int R13 = 3;

  public static final int R12 = 4;

  public static final int BP = 5;

  public static final int BX = 6;

  public static final int R11 = 7;

  public static final int R10 = 8;

  public static final int R9 = 9;

  public static final int R8 = 10;

  public static final int AX = 11;

  public static final int CX = 12;

  public static final int DX = 13;

  public static final int SI = 14;

  public static final int DI = 15;

  public static final int ORIG_AX = 16;

  public static final int IP = 17;

  public static final int CS = 18;

  public static final int FLAGS = 19;

  public static final int SP = 20;

  public static final int SS = 21;

  public static final int FS_BASE = 22;

  public static final int GS_BASE = 23;

  public static final int DS = 24;

  public static final int ES = 25;

  public static final int FS = 26;

  public static final int GS = 27;

  /** 1 64-bit, 2 32-bit. */
  public static final int MODE = 28;

  /** {@link #MODE} of a 64-bit thread. */
  public static final int MODE_NATIVE = 1;

  private UserX86RegsEntry() {}
}
