package io.godwit.criu.field;

/** A signalfd (signalfd.proto). */
public final class SignalfdEntry {
  public static final int ID = 1;

  /** Open flags; their bits differ between machines. */
  public static final int FLAGS = 2;

  /** {@link FownEntry}. */
  public static final int FOWN = 3;

  /** Bit 0 is signal 1. */
  public static final int SIGMASK = 4;

  private SignalfdEntry() {}
}
