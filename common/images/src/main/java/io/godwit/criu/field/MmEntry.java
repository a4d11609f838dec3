package io.godwit.criu.field;

/** The address space of a process (mm.proto). */
public final class MmEntry {
  public static final int MM_START_CODE = 1;

  public static final int MM_END_CODE = 2;

  public static final int MM_START_DATA = 3;

  public static final int MM_END_DATA = 4;

  public static final int MM_START_STACK = 5;

  public static final int MM_START_BRK = 6;

  public static final int MM_BRK = 7;

  public static final int MM_ARG_START = 8;

  public static final int MM_ARG_END = 9;

  public static final int MM_ENV_START = 10;

  public static final int MM_ENV_END = 11;

  /** Id of the executable's {@link RegFileEntry}. */
  public static final int EXE_FILE_ID = 12;

  /** The auxiliary vector: type, value, type, value …, not packed. */
  public static final int MM_SAVED_AUXV = 13;

  /** {@link VmaEntry}, by ascending address. */
  public static final int VMAS = 14;

  /** PR_GET_DUMPABLE. */
  public static final int DUMPABLE = 15;

  public static final int AIOS = 16;

  public static final int THP_DISABLED = 17;

  private MmEntry() {}
}
