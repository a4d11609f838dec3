package io.godwit.criu.field;

/** The clocks of a time namespace (timens.proto). */
public final class TimensEntry {
  /** {@link Timespec}. */
  public static final int MONOTONIC = 1;

  /** {@link Timespec}. */
  public static final int BOOTTIME = 2;

  private TimensEntry() {}
}
