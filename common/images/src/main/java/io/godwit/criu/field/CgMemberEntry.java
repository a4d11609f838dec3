package io.godwit.criu.field;

/** A cgroup in a set (cgroup.proto). */
public final class CgMemberEntry {
  /** The controllers; empty for cgroup v2. */
  public static final int NAME = 1;

  public static final int PATH = 2;

  /** How many bytes of the path are the cgroup namespace's root. */
  public static final int CGNS_PREFIX = 3;

  private CgMemberEntry() {}
}
