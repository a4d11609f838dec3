package io.godwit.criu.field;

/**
 * One thread: registers, and for the thread that leads its process what the process has once
 * (core.proto).
 */
public final class CoreEntry {
  /** Which machine's registers follow, one of the MARCH values. */
  public static final int MTYPE = 1;

  /** {@link ThreadInfoX86}. */
  public static final int THREAD_INFO = 2;

  /** {@link TaskCoreEntry}; only in the core of a process's leader. */
  public static final int TC = 3;

  /** {@link TaskKobjIdsEntry}; written by CRIU as an image of its own. */
  public static final int IDS = 4;

  /** {@link ThreadCoreEntry}. */
  public static final int THREAD_CORE = 5;

  /** {@link ThreadInfoAarch64}. */
  public static final int TI_AARCH64 = 8;

  /** {@link #MTYPE} of AMD64. */
  public static final int MARCH_X86_64 = 1;

  /** {@link #MTYPE} of 64-bit Arm. */
  public static final int MARCH_AARCH64 = 3;

  private CoreEntry() {}
}
