package io.godwit.criu.field;

/** The only entry of seccomp.img (seccomp.proto). */
public final class SeccompEntry {
  /** {@link SeccompFilter}; tasks refer to them by index. */
  public static final int SECCOMP_FILTERS = 1;

  private SeccompEntry() {}
}
