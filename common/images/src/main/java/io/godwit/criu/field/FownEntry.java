package io.godwit.criu.field;

/** Who gets signals of a file (fown.proto; F_SETOWN_EX). */
public final class FownEntry {
  public static final int UID = 1;

  public static final int EUID = 2;

  public static final int SIGNUM = 3;

  public static final int PID_TYPE = 4;

  public static final int PID = 5;

  private FownEntry() {}
}
