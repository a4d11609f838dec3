package io.godwit.criu.field;

/** A hierarchy with its folders (cgroup.proto). */
public final class CgControllerEntry {
  /** The controllers; one empty name for cgroup v2. */
  public static final int CNAMES = 1;

  /** {@link CgroupDirEntry}. */
  public static final int DIRS = 2;

  public static final int IS_THREADED = 3;

  private CgControllerEntry() {}
}
