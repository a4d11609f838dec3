package io.godwit.criu.field;

/** A thread's credentials (creds.proto). */
public final class CredsEntry {
  public static final int UID = 1;

  public static final int GID = 2;

  public static final int EUID = 3;

  public static final int EGID = 4;

  public static final int SUID = 5;

  public static final int SGID = 6;

  public static final int FSUID = 7;

  public static final int FSGID = 8;

  /** Capabilities as 32-bit words, not packed, low word first. */
  public static final int CAP_INH = 9;

  public static final int CAP_PRM = 10;

  public static final int CAP_EFF = 11;

  public static final int CAP_BND = 12;

  public static final int SECBITS = 13;

  public static final int GROUPS = 14;

  public static final int LSM_PROFILE = 15;

  public static final int LSM_SOCKCREATE = 16;

  public static final int APPARMOR_DATA = 17;

  /** Since CRIU 3.19. */
  public static final int NO_NEW_PRIVS = 18;

  /** Since CRIU 4.1. */
  public static final int CAP_AMB = 19;

  private CredsEntry() {}
}
