package io.godwit.messaging;

/**
 * A record that cannot be handled, however often it is tried; the message says what is wrong with
 * it.
 */
public final class PoisonException extends Exception {
  private static final long serialVersionUID = 1L;

  public PoisonException(String message) {
    super(message);
  }

  public PoisonException(String message, Throwable cause) {
    super(message, cause);
  }
}
