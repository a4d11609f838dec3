package io.godwit.criu.field;

/** The alternate signal stack (sigaltstack(2); core.proto). */
public final class ThreadSasEntry {
  /** Lowest address. */
  public static final int SS_SP = 1;

  /** In bytes. */
  public static final int SS_SIZE = 2;

  /** SS_DISABLE is 2. */
  public static final int SS_FLAGS = 3;

  private ThreadSasEntry() {}
}
