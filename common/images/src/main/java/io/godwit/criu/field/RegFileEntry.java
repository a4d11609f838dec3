package io.godwit.criu.field;

/** An open or mapped file (regfile.proto). */
public final class RegFileEntry {
  public static final int ID = 1;

  /** Open flags; their bits differ between machines. */
  public static final int FLAGS = 2;

  public static final int POS = 3;

  /** {@link FownEntry}. */
  public static final int FOWN = 5;

  /** Absolute path in the mount namespace. */
  public static final int NAME = 6;

  /** {@link MntEntry#MNT_ID}, folded as sint32, −1 when unknown. */
  public static final int MNT_ID = 7;

  /** In bytes; CRIU refuses to restore when the file has another. */
  public static final int SIZE = 8;

  /** Opened by a plugin. */
  public static final int EXT = 9;

  /** st_mode. */
  public static final int MODE = 10;

  /** The ELF build-id as 32-bit words, not packed, first byte lowest; since CRIU 3.15. */
  public static final int BUILD_ID = 11;

  /** CRC32C. */
  public static final int CHECKSUM = 12;

  public static final int CHECKSUM_CONFIG = 13;

  public static final int CHECKSUM_PARAMETER = 14;

  private RegFileEntry() {}
}
