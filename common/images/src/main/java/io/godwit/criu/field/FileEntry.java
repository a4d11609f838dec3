package io.godwit.criu.field;

/** One of files.img: an open file of whatever type (fdinfo.proto). */
public final class FileEntry {
  /** One of {@link FdType}. */
  public static final int TYPE = 1;

  public static final int ID = 2;

  /** {@link RegFileEntry}. */
  public static final int REG = 3;

  /** {@link InetSkEntry}. */
  public static final int ISK = 4;

  /** {@link NsFileEntry}. */
  public static final int NSF = 5;

  /** {@link PacketSockEntry}. */
  public static final int PSK = 6;

  /** {@link NetlinkSkEntry}. */
  public static final int NLSK = 7;

  /** {@link EventfdFileEntry}. */
  public static final int EFD = 8;

  /** {@link EventpollFileEntry}. */
  public static final int EPFD = 9;

  /** {@link SignalfdEntry}. */
  public static final int SGFD = 10;

  /** {@link TunfileEntry}. */
  public static final int TUNF = 11;

  /** {@link TimerfdEntry}. */
  public static final int TFD = 12;

  /** {@link InotifyFileEntry}. */
  public static final int IFY = 13;

  /** {@link FanotifyFileEntry}. */
  public static final int FFY = 14;

  public static final int EXT = 15;

  /** {@link UnixSkEntry}. */
  public static final int USK = 16;

  /** {@link FifoEntry}. */
  public static final int FIFO = 17;

  /** {@link PipeEntry}. */
  public static final int PIPE = 18;

  /** {@link TtyFileEntry}. */
  public static final int TTY = 19;

  /** {@link MemfdFileEntry}. */
  public static final int MEMFD = 20;

  public static final int BPF = 21;

  /** {@link PidfdEntry}; since CRIU 4.1. */
  public static final int PIDFD = 22;

  private FileEntry() {}
}
