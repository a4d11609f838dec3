package io.godwit.criu.field;

/** A descriptor of a process (fdinfo.proto). */
public final class FdinfoEntry {
  /** {@link FileEntry#ID}. */
  public static final int ID = 1;

  /** FD_CLOEXEC is 1. */
  public static final int FLAGS = 2;

  /** One of {@link FdType}. */
  public static final int TYPE = 3;

  /** The descriptor's number. */
  public static final int FD = 4;

  public static final int XATTR_SECURITY_SELINUX = 5;

  private FdinfoEntry() {}
}
