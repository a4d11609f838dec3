package io.godwit.criu.field;

/** What a signal does (sa.proto; sigaction(2)). */
public final class SaEntry {
  /** The handler's address, 0 SIG_DFL, 1 SIG_IGN. */
  public static final int SIGACTION = 1;

  /** SA bits; the same on both machines but for {@link #SA_RESTORER}. */
  public static final int FLAGS = 2;

  /** Where the handler returns to, when {@link #SA_RESTORER} is set. */
  public static final int RESTORER = 3;

  /** Signals blocked meanwhile, bit 0 is signal 1. */
  public static final int MASK = 4;

  /** Set by a 32-bit program. */
  public static final int COMPAT_SIGACTION = 5;

  public static final int MASK_EXTENDED = 6;

  /** {@link #FLAGS}: the restorer is valid; x86_64 must set it, arm64 uses its vDSO. */
  public static final int SA_RESTORER = 0x0400_0000;

  private SaEntry() {}
}
