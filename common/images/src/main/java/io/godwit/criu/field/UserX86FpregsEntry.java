package io.godwit.criu.field;

/** The FXSAVE area (Intel SDM volume 1, 10.5; core-x86.proto). */
public final class UserX86FpregsEntry {
  /** x87 control word. */
  public static final int CWD = 1;

  /** x87 status word. */
  public static final int SWD = 2;

  /** x87 tag word. */
  public static final int TWD = 3;

  public static final int FOP = 4;

  public static final int RIP = 5;

  public static final int RDP = 6;

  /** 0x1F80 at start. */
  public static final int MXCSR = 7;

  public static final int MXCSR_MASK = 8;

  /** Eight x87 registers as 32 words of 32 bits. */
  public static final int ST_SPACE = 9;

  /** Sixteen SSE registers as 64 words of 32 bits, low word first. */
  public static final int XMM_SPACE = 10;

  public static final int PADDING = 11;

  /** {@link UserX86XsaveEntry}. */
  public static final int XSAVE = 13;

  private UserX86FpregsEntry() {}
}
