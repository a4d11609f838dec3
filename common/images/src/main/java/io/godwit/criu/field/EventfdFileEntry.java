package io.godwit.criu.field;

/** An eventfd (eventfd.proto). */
public final class EventfdFileEntry {
  public static final int ID = 1;

  /** Open flags; their bits differ between machines. */
  public static final int FLAGS = 2;

  /** {@link FownEntry}. */
  public static final int FOWN = 3;

  public static final int COUNTER = 4;

  private EventfdFileEntry() {}
}
