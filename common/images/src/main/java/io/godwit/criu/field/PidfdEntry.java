package io.godwit.criu.field;

/** A pidfd (pidfd.proto); since CRIU 4.1. */
public final class PidfdEntry {
  public static final int ID = 1;

  public static final int INO = 2;

  /** Open flags; their bits differ between machines. */
  public static final int FLAGS = 3;

  public static final int NSPID = 4;

  /** {@link FownEntry}. */
  public static final int FOWN = 5;

  private PidfdEntry() {}
}
