package io.godwit.criu.field;

/** Pending signals (siginfo.proto). */
public final class SignalQueueEntry {
  /** {@link SiginfoEntry}. */
  public static final int SIGNALS = 1;

  private SignalQueueEntry() {}
}
