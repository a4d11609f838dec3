package io.godwit.criu.field;

/** A time (timens.proto). */
public final class Timespec {
  public static final int TV_SEC = 1;

  public static final int TV_NSEC = 2;

  private Timespec() {}
}
