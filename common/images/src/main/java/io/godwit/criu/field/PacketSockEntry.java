package io.godwit.criu.field;

/** A packet socket (packet-sock.proto). */
public final class PacketSockEntry {
  public static final int ID = 1;

  public static final int TYPE = 2;

  public static final int PROTOCOL = 3;

  /** Open flags; their bits differ between machines. */
  public static final int FLAGS = 4;

  public static final int IFINDEX = 5;

  /** {@link FownEntry}. */
  public static final int FOWN = 6;

  public static final int OPTS = 7;

  public static final int VERSION = 8;

  public static final int RESERVE = 9;

  public static final int AUX_DATA = 10;

  public static final int ORIG_DEV = 11;

  public static final int VNET_HDR = 12;

  public static final int LOSS = 13;

  public static final int TIMESTAMP = 14;

  public static final int COPY_THRESH = 15;

  public static final int MCLIST = 16;

  public static final int FANOUT = 17;

  public static final int RX_RING = 18;

  public static final int TX_RING = 19;

  public static final int NS_ID = 20;

  private PacketSockEntry() {}
}
