package io.godwit.criu.field;

/** An inotify instance (fsnotify.proto). */
public final class InotifyFileEntry {
  public static final int ID = 1;

  /** Open flags; their bits differ between machines. */
  public static final int FLAGS = 2;

  /** {@link FownEntry}. */
  public static final int FOWN = 4;

  public static final int WD = 5;

  private InotifyFileEntry() {}
}
