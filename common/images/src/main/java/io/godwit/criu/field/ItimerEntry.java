package io.godwit.criu.field;

/** An interval timer (timer.proto). */
public final class ItimerEntry {
  /** Interval, seconds. */
  public static final int ISEC = 1;

  /** Interval, microseconds. */
  public static final int IUSEC = 2;

  /** Until it fires, seconds. */
  public static final int VSEC = 3;

  /** Until it fires, microseconds. */
  public static final int VUSEC = 4;

  private ItimerEntry() {}
}
