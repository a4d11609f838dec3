package io.godwit.criu.field;

/** An open terminal (tty.proto). */
public final class TtyFileEntry {
  public static final int ID = 1;

  public static final int TTY_INFO_ID = 2;

  /** Open flags; their bits differ between machines. */
  public static final int FLAGS = 3;

  /** {@link FownEntry}. */
  public static final int FOWN = 4;

  /** Id of the {@link RegFileEntry} of its device. */
  public static final int REGF_ID = 6;

  private TtyFileEntry() {}
}
