package io.godwit.criu.field;

/** A netlink socket (sk-netlink.proto). */
public final class NetlinkSkEntry {
  public static final int ID = 1;

  public static final int INO = 2;

  public static final int PROTOCOL = 3;

  public static final int STATE = 4;

  /** Open flags; their bits differ between machines. */
  public static final int FLAGS = 6;

  public static final int PORTID = 7;

  public static final int GROUPS = 8;

  public static final int DST_PORTID = 9;

  public static final int DST_GROUP = 10;

  /** {@link FownEntry}. */
  public static final int FOWN = 11;

  public static final int OPTS = 12;

  public static final int NS_ID = 13;

  private NetlinkSkEntry() {}
}
