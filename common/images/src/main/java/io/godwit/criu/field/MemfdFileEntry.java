package io.godwit.criu.field;

/** An open memfd (memfd.proto). */
public final class MemfdFileEntry {
  public static final int ID = 1;

  /** Open flags; their bits differ between machines. */
  public static final int FLAGS = 2;

  public static final int POS = 3;

  /** {@link FownEntry}. */
  public static final int FOWN = 4;

  public static final int INODE_ID = 5;

  private MemfdFileEntry() {}
}
