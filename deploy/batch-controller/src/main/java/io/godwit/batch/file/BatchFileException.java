package io.godwit.batch.file;

/** A batch file that cannot be read; its message names the line. */
public final class BatchFileException extends Exception {
  private static final long serialVersionUID = 1;

  BatchFileException(int line, String message) {
    super("line %d: %s".formatted(line, message));
  }
}
