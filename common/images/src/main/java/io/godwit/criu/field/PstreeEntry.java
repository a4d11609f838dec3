package io.godwit.criu.field;

/** A process (pstree.proto). */
public final class PstreeEntry {
  public static final int PID = 1;

  public static final int PPID = 2;

  public static final int PGID = 3;

  public static final int SID = 4;

  /**
   * Ids of all threads, the leader's included, not packed; of a zombie CRIU 4.2.1 writes garbage.
   */
  public static final int THREADS = 5;

  private PstreeEntry() {}
}
