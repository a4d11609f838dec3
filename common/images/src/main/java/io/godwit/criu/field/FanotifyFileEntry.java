package io.godwit.criu.field;

/** A fanotify group (fsnotify.proto). */
public final class FanotifyFileEntry {
  public static final int ID = 1;

  /** Open flags; their bits differ between machines. */
  public static final int FLAGS = 2;

  /** {@link FownEntry}. */
  public static final int FOWN = 3;

  public static final int FAFLAGS = 4;

  public static final int EVFLAGS = 5;

  public static final int MARK = 6;

  private FanotifyFileEntry() {}
}
