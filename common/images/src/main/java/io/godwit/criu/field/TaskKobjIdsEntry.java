package io.godwit.criu.field;

/** Which kernel objects tasks share, by CRIU's own numbers (core.proto). */
public final class TaskKobjIdsEntry {
  public static final int VM_ID = 1;

  public static final int FILES_ID = 2;

  public static final int FS_ID = 3;

  public static final int SIGHAND_ID = 4;

  public static final int PID_NS_ID = 5;

  public static final int NET_NS_ID = 6;

  public static final int IPC_NS_ID = 7;

  public static final int UTS_NS_ID = 8;

  public static final int MNT_NS_ID = 9;

  public static final int USER_NS_ID = 10;

  public static final int CGROUP_NS_ID = 11;

  public static final int TIME_NS_ID = 12;

  private TaskKobjIdsEntry() {}
}
