package io.godwit.criu.field;

/** The only entry of cgroup.img (cgroup.proto). */
public final class CgroupEntry {
  /** {@link CgSetEntry}. */
  public static final int SETS = 1;

  /** {@link CgControllerEntry}. */
  public static final int CONTROLLERS = 2;

  private CgroupEntry() {}
}
