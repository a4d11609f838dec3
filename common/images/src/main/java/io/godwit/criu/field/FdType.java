package io.godwit.criu.field;

/** Types of open files (fdinfo.proto). */
public final class FdType {
  public static final int REG = 1;

  public static final int PIPE = 2;

  public static final int FIFO = 3;

  public static final int INETSK = 4;

  public static final int UNIXSK = 5;

  public static final int EVENTFD = 6;

  public static final int EVENTPOLL = 7;

  public static final int INOTIFY = 8;

  public static final int SIGNALFD = 9;

  public static final int PACKETSK = 10;

  public static final int TTY = 11;

  public static final int FANOTIFY = 12;

  public static final int NETLINKSK = 13;

  public static final int NS = 14;

  public static final int TUNF = 15;

  public static final int EXT = 16;

  public static final int TIMERFD = 17;

  public static final int MEMFD = 18;

  public static final int BPFMAP = 19;

  /** Since CRIU 4.1. */
  public static final int PIDFD = 20;

  private FdType() {}
}
