package io.godwit.criu.field;

/** A combination of cgroups that tasks are in (cgroup.proto). */
public final class CgSetEntry {
  public static final int ID = 1;

  /** {@link CgMemberEntry}. */
  public static final int CTLS = 2;

  private CgSetEntry() {}
}
