package io.godwit.criu.field;

/** What a process has once (core.proto). */
public final class TaskCoreEntry {
  /** One of the TASK values. */
  public static final int TASK_STATE = 1;

  /** As wait(2) would give it. */
  public static final int EXIT_CODE = 2;

  /** As personality(2) gives it. */
  public static final int PERSONALITY = 3;

  /** Unused. */
  public static final int FLAGS = 4;

  /** Blocked signals, bit 0 is signal 1; superseded by the thread's. */
  public static final int BLK_SIGSET = 5;

  /** The name, at most 15 bytes. */
  public static final int COMM = 6;

  /** {@link TaskTimersEntry}. */
  public static final int TIMERS = 7;

  /** Resource limits in the order of their numbers. */
  public static final int RLIMITS = 8;

  /** Id of the {@link CgSetEntry}; from CRIU 3.18 on in the thread instead. */
  public static final int CG_SET = 9;

  /** {@link SignalQueueEntry} of signals pending for the process. */
  public static final int SIGNALS_S = 10;

  /** Superseded by the thread's. */
  public static final int OLD_SECCOMP_MODE = 11;

  /** Superseded by the thread's. */
  public static final int OLD_SECCOMP_FILTER = 12;

  /** Audit's login uid. */
  public static final int LOGINUID = 13;

  /** −1000 to 1000. */
  public static final int OOM_SCORE_ADJ = 14;

  /** One {@link SaEntry} for each signal from 1, SIGKILL and SIGSTOP left out. */
  public static final int SIGACTIONS = 15;

  /** PR_SET_CHILD_SUBREAPER. */
  public static final int CHILD_SUBREAPER = 18;

  /** Signals beyond 64, where a machine has them. */
  public static final int BLK_SIGSET_EXTENDED = 20;

  /** The signal that stopped it, of a stopped task. */
  public static final int STOP_SIGNO = 21;

  /** membarrier(2) registrations; since CRIU 3.19. */
  public static final int MEMBARRIER_REGISTRATION_MASK = 22;

  /** {@link #TASK_STATE}: runs. */
  public static final int TASK_ALIVE = 1;

  /** {@link #TASK_STATE}: a zombie. */
  public static final int TASK_DEAD = 2;

  /** {@link #TASK_STATE}: stopped by a signal. */
  public static final int TASK_STOPPED = 3;

  private TaskCoreEntry() {}
}
