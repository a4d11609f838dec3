package io.godwit.criu.field;

/** A POSIX timer (timer.proto). */
public final class PosixTimerEntry {
  public static final int IT_ID = 1;

  public static final int CLOCK_ID = 2;

  public static final int SI_SIGNO = 3;

  public static final int IT_SIGEV_NOTIFY = 4;

  public static final int SIVAL_PTR = 5;

  public static final int OVERRUN = 6;

  public static final int ISEC = 7;

  public static final int INSEC = 8;

  public static final int VSEC = 9;

  public static final int VNSEC = 10;

  public static final int NOTIFY_THREAD_ID = 11;

  private PosixTimerEntry() {}
}
