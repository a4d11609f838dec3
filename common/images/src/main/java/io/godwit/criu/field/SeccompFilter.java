package io.godwit.criu.field;

/** A filter program (seccomp.proto). */
public final class SeccompFilter {
  /** Classic BPF, eight bytes an instruction, in the machine's order. */
  public static final int FILTER = 1;

  /** Index of the one put in before. */
  public static final int PREV = 2;

  public static final int FLAGS = 3;

  private SeccompFilter() {}
}
