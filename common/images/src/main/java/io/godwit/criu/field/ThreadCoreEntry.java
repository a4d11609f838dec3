package io.godwit.criu.field;

/** What every thread has whatever its machine (core.proto). */
public final class ThreadCoreEntry {
  /** Address of the robust futex list. */
  public static final int FUTEX_RLA = 1;

  /** Its length in bytes, 24 on 64-bit machines. */
  public static final int FUTEX_RLA_LEN = 2;

  /** Folded as sint32. */
  public static final int SCHED_NICE = 3;

  public static final int SCHED_POLICY = 4;

  public static final int SCHED_PRIO = 5;

  /** Blocked signals, bit 0 is signal 1. */
  public static final int BLK_SIGSET = 6;

  /** {@link ThreadSasEntry}, the alternate signal stack. */
  public static final int SAS = 7;

  /** PR_SET_PDEATHSIG. */
  public static final int PDEATH_SIG = 8;

  /** {@link SignalQueueEntry} of signals pending for the thread. */
  public static final int SIGNALS_P = 9;

  /** {@link CredsEntry}. */
  public static final int CREDS = 10;

  /** 0 none, 1 strict, 2 filter. */
  public static final int SECCOMP_MODE = 11;

  /** Index into {@link SeccompEntry#SECCOMP_FILTERS} of the filter put in last. */
  public static final int SECCOMP_FILTER = 12;

  /** The name, at most 15 bytes. */
  public static final int COMM = 13;

  /** Signals beyond 64, where a machine has them. */
  public static final int BLK_SIGSET_EXTENDED = 14;

  /** {@link RseqEntry}; since CRIU 3.17. */
  public static final int RSEQ_ENTRY = 15;

  /** Id of the {@link CgSetEntry}; since CRIU 3.18. */
  public static final int CG_SET = 16;

  private ThreadCoreEntry() {}
}
