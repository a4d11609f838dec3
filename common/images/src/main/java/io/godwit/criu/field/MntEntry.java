package io.godwit.criu.field;

/** A mount (mnt.proto). */
public final class MntEntry {
  /** CRIU's number of the file system's type. */
  public static final int FSTYPE = 1;

  public static final int MNT_ID = 2;

  public static final int ROOT_DEV = 3;

  public static final int PARENT_MNT_ID = 4;

  /** MS bits. */
  public static final int FLAGS = 5;

  /** Which folder of the file system is mounted. */
  public static final int ROOT = 6;

  /** Begins with a dot in images. */
  public static final int MOUNTPOINT = 7;

  public static final int SOURCE = 8;

  public static final int OPTIONS = 9;

  public static final int SHARED_ID = 10;

  public static final int MASTER_ID = 11;

  public static final int WITH_PLUGIN = 12;

  /** The restorer is told where from. */
  public static final int EXT_MOUNT = 13;

  public static final int FSNAME = 14;

  public static final int INTERNAL_SHARING = 15;

  public static final int DELETED = 16;

  public static final int SB_FLAGS = 17;

  /** The name by which the restorer is told. */
  public static final int EXT_KEY = 18;

  private MntEntry() {}
}
