package io.godwit.service;

/** How a service's process ends, for its supervisor. */
public enum ServiceExit {
  /** Asked to stop (SIGTERM); the JVM says 143 then, or 0. */
  STOPPED(0),
  /**
   * A setting is missing or makes no sense, a topic stands in a way that is not safe, or the state
   * folder is another process's: somebody must mend it, starting again does not.
   */
  BAD_SETTINGS(2),
  /** A part of it cannot go on: start it again. */
  CANNOT_GO_ON(3),
  /**
   * Another process has taken this machine's name. Do not start it again by itself: the two would
   * take it from each other for ever.
   */
  NAME_TAKEN(4);

  private final int code;

  ServiceExit(int code) {
    this.code = code;
  }

  /** The process's exit code. */
  public int code() {
    return code;
  }
}
