package io.godwit.docker;

import java.io.IOException;

/**
 * Another dump or restore of this machine has the turn on CRIU's options; the message says which.
 */
public final class CriuBusyException extends IOException {
  private static final long serialVersionUID = 1L;

  public CriuBusyException(String message) {
    super(message);
  }
}
