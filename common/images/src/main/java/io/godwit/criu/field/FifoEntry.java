package io.godwit.criu.field;

/** An open FIFO (fifo.proto). */
public final class FifoEntry {
  public static final int ID = 1;

  /** The same for all that have it open. */
  public static final int PIPE_ID = 2;

  /** Id of the {@link RegFileEntry} that has its path and flags. */
  public static final int REGF_ID = 3;

  private FifoEntry() {}
}
