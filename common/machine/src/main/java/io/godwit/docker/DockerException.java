package io.godwit.docker;

import java.io.IOException;

/** The Engine refused, or did not answer: whoever is told must know which. */
public abstract sealed class DockerException extends IOException {
  private static final long serialVersionUID = 2L;
  private final String message;

  private DockerException(String message) {
    super(message);
    this.message = message;
  }

  /** What was asked, and what the Engine said. */
  @Override
  public String getMessage() {
    return message;
  }

  /** It said no, and has done nothing, or not all. */
  public static final class Refused extends DockerException {
    private static final long serialVersionUID = 1L;
    private final int status;

    /**
     * @param status HTTP's
     */
    public Refused(int status, String message) {
      super(message);
      this.status = status;
    }

    /** HTTP's. */
    public int status() {
      return status;
    }
  }

  /** It may have done it, or do it yet. */
  public static final class Silent extends DockerException {
    private static final long serialVersionUID = 1L;

    public Silent(String message) {
      super(message);
    }
  }
}
