package io.godwit.criu.field;

/** An open namespace file (ns.proto). */
public final class NsFileEntry {
  public static final int ID = 1;

  /** CRIU's number of the namespace. */
  public static final int NS_ID = 2;

  public static final int NS_CFLAG = 3;

  /** Open flags; their bits differ between machines. */
  public static final int FLAGS = 4;

  private NsFileEntry() {}
}
