package io.godwit.criu.field;

/** A pending signal (siginfo.proto). */
public final class SiginfoEntry {
  /** The kernel's siginfo_t, 128 bytes. */
  public static final int SIGINFO = 1;

  private SiginfoEntry() {}
}
