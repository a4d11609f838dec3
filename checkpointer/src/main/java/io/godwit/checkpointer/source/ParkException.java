package io.godwit.checkpointer.source;

/** A process did not come to its migration point; the message says which and what to do. */
public final class ParkException extends Exception {
  private static final long serialVersionUID = 1L;

  public ParkException(String message) {
    super(message);
  }
}
