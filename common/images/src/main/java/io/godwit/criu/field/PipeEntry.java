package io.godwit.criu.field;

/** An end of a pipe (pipe.proto). */
public final class PipeEntry {
  public static final int ID = 1;

  /** The same for both ends: the number in {@code pipe:[N]}. */
  public static final int PIPE_ID = 2;

  /** Open flags; their bits differ between machines. */
  public static final int FLAGS = 3;

  /** {@link FownEntry}. */
  public static final int FOWN = 4;

  private PipeEntry() {}
}
