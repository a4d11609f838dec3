package io.godwit.checkpointer.work;

/** The source does not run as it was; the message says what there is to do. */
final class RollBackException extends Exception {
  private static final long serialVersionUID = 1L;

  RollBackException(String message) {
    super(message);
  }
}
