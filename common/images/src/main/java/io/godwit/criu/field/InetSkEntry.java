package io.godwit.criu.field;

/** A TCP or UDP socket (sk-inet.proto). */
public final class InetSkEntry {
  public static final int ID = 1;

  public static final int INO = 2;

  public static final int FAMILY = 3;

  public static final int TYPE = 4;

  public static final int PROTO = 5;

  public static final int STATE = 6;

  public static final int SRC_PORT = 7;

  public static final int DST_PORT = 8;

  /** Open flags; their bits differ between machines. */
  public static final int FLAGS = 9;

  public static final int BACKLOG = 10;

  public static final int SRC_ADDR = 11;

  public static final int DST_ADDR = 12;

  /** {@link FownEntry}. */
  public static final int FOWN = 13;

  /** {@link SkOptsEntry}. */
  public static final int OPTS = 14;

  public static final int V6ONLY = 15;

  public static final int IP_OPTS = 16;

  public static final int IFNAME = 17;

  public static final int NS_ID = 18;

  public static final int SHUTDOWN = 19;

  /** Since CRIU 4.0. */
  public static final int TCP_OPTS = 20;

  private InetSkEntry() {}
}
