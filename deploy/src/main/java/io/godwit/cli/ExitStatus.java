package io.godwit.cli;

/** What scripts can rely on. */
enum ExitStatus {
  /** Done; of {@code migrate}: the container runs on the device. */
  DONE(0),
  /**
   * Not moved: the container runs on the source as before. Of {@code abort}: too late. Of {@code
   * setup}: something is not as it must be.
   */
  NOT_MOVED(1),
  /** The words of the call are off (picocli's own code), or what it asks for cannot be. */
  USAGE(2),
  /** Nobody can say yet where the container runs; {@code godwit status} tells what to do. */
  IN_DOUBT(3),
  /** Kafka, or the service that should have answered, cannot be reached; nothing was asked for. */
  UNREACHABLE(4),
  /** The container runs neither here nor there, as far as is known. */
  RUNS_NOWHERE(5);

  private final int code;

  ExitStatus(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
