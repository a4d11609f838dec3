package io.godwit.criu.field;

/** A Unix socket (sk-unix.proto). */
public final class UnixSkEntry {
  public static final int ID = 1;

  public static final int INO = 2;

  public static final int TYPE = 3;

  public static final int STATE = 4;

  /** Open flags; their bits differ between machines. */
  public static final int FLAGS = 5;

  public static final int UFLAGS = 6;

  public static final int BACKLOG = 7;

  /** {@link #INO} of the other end, 0 for none. */
  public static final int PEER = 8;

  /** {@link FownEntry}. */
  public static final int FOWN = 9;

  /** {@link SkOptsEntry}. */
  public static final int OPTS = 10;

  /** Bytes; an abstract name begins with a 0. */
  public static final int NAME = 11;

  public static final int SHUTDOWN = 12;

  public static final int FILE_PERMS = 13;

  public static final int NAME_DIR = 14;

  public static final int DELETED = 15;

  public static final int NS_ID = 16;

  /** Folded as sint32. */
  public static final int MNT_ID = 17;

  private UnixSkEntry() {}
}
