package io.godwit.docker;

import java.io.IOException;

/** The Engine refused, or did not answer. */
public final class DockerException extends IOException {
  private static final long serialVersionUID = 1L;
  private final int status;
  private final String message;

  /**
   * @param status the HTTP status, 0 where there was no answer
   * @param message what was asked and what the Engine said
   */
  public DockerException(int status, String message) {
    super(message);
    this.status = status;
    this.message = message;
  }

  /** The HTTP status, 0 where there was no answer. */
  public int status() {
    return status;
  }

  @Override
  public String getMessage() {
    return message;
  }
}
