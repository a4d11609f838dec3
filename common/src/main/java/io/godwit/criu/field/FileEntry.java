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

  public static final int NSF = 5;

  public static final int PSK = 6;

  public static final int NLSK = 7;

  public static final int EFD = 8;

  public static final int EPFD = 9;

  public static final int SGFD = 10;

  public static final int TUNF = 11;

  public static final int TFD = 12;

  public static final int IFY = 13;

  public static final int FFY = 14;

  public static final int EXT = 15;

  /** {@link UnixSkEntry}. */
  public static final int USK = 16;

  public static final int FIFO = 17;

  /** {@link PipeEntry}. */
  public static final int PIPE = 18;

  public static final int TTY = 19;

  public static final int MEMFD = 20;

  public static final int BPF = 21;

  /** Since CRIU 4.1. */
  public static final int PIDFD = 22;

  private FileEntry() {}
}
