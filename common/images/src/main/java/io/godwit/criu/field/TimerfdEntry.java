package io.godwit.criu.field;

/** A timerfd (timerfd.proto). */
public final class TimerfdEntry {
  public static final int ID = 1;

  /** Open flags; their bits differ between machines. */
  public static final int FLAGS = 2;

  /** {@link FownEntry}. */
  public static final int FOWN = 3;

  public static final int CLOCKID = 4;

  public static final int TICKS = 5;

  public static final int SETTIME_FLAGS = 6;

  public static final int VSEC = 7;

  public static final int VNSEC = 8;

  public static final int ISEC = 9;

  public static final int INSEC = 10;

  private TimerfdEntry() {}
}
