package io.godwit.criu.field;

/** An epoll instance (eventpoll.proto). */
public final class EventpollFileEntry {
  public static final int ID = 1;

  /** Open flags; their bits differ between machines. */
  public static final int FLAGS = 2;

  /** {@link FownEntry}. */
  public static final int FOWN = 3;

  /** {@link EventpollTfdEntry}. */
  public static final int TFD = 4;

  private EventpollFileEntry() {}
}
