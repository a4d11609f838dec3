package io.godwit.cli;

/** What scripts can rely on. */
enum ExitStatus {
  /** Done; of {@code migrate}: the container runs on the device. */
  DONE(0),
  /** Not moved: the container runs on the source as before. */
  NOT_MOVED(1),
  /** The words of the call are off (picocli's own code). */
  USAGE(2),
  /** Nobody can say yet where the container runs; {@code godwit status} tells what to do. */
  IN_DOUBT(3),
  /** Kafka, or the service that should have answered, cannot be reached. */
  UNREACHABLE(4);

  private final int code;

  ExitStatus(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
