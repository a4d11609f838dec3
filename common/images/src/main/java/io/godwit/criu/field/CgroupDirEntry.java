package io.godwit.criu.field;

/** A folder of a hierarchy (cgroup.proto). */
public final class CgroupDirEntry {
  public static final int DIR_NAME = 1;

  /** Of the same message. */
  public static final int CHILDREN = 2;

  public static final int PROPERTIES = 3;

  public static final int DIR_PERMS = 4;

  private CgroupDirEntry() {}
}
