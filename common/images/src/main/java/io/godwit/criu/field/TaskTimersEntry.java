package io.godwit.criu.field;

/** A process's timers (timer.proto). */
public final class TaskTimersEntry {
  /** {@link ItimerEntry}. */
  public static final int REAL = 1;

  /** {@link ItimerEntry}. */
  public static final int VIRT = 2;

  /** {@link ItimerEntry}. */
  public static final int PROF = 3;

  /** {@link PosixTimerEntry}. */
  public static final int POSIX = 4;

  private TaskTimersEntry() {}
}
