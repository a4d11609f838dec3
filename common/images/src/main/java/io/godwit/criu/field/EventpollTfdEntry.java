package io.godwit.criu.field;

/** A descriptor that an epoll instance watches (eventpoll.proto). */
public final class EventpollTfdEntry {
  /** {@link EventpollFileEntry#ID}. */
  public static final int ID = 1;

  /** The descriptor. */
  public static final int TFD = 2;

  public static final int EVENTS = 3;

  /** What epoll_wait(2) gives the program; often an address. */
  public static final int DATA = 4;

  public static final int DEV = 5;

  public static final int INODE = 6;

  public static final int POS = 7;

  private EventpollTfdEntry() {}
}
