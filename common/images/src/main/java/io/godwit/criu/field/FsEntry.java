package io.godwit.criu.field;

/** A process's place in the file system (fs.proto). */
public final class FsEntry {
  /** Id of the {@link RegFileEntry}. */
  public static final int CWD_ID = 1;

  /** Id of the {@link RegFileEntry}. */
  public static final int ROOT_ID = 2;

  public static final int UMASK = 3;

  private FsEntry() {}
}
