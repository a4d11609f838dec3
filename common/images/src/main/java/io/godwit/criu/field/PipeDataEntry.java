package io.godwit.criu.field;

/** What a pipe held; the bytes follow (pipe-data.proto). */
public final class PipeDataEntry {
  public static final int PIPE_ID = 1;

  /** How many bytes follow. */
  public static final int BYTES = 2;

  /** The pipe's capacity in bytes. */
  public static final int SIZE = 3;

  private PipeDataEntry() {}
}
