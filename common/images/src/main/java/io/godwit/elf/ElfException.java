package io.godwit.elf;

/** A file that is no ELF executable, or a damaged one, or one that lacks what the caller needs. */
public final class ElfException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final String expected;
  private final String found;

  /**
   * @param file the file's name
   * @param offset in bytes from its start, −1 where no single place is wrong
   * @param expected what a sound file has there
   * @param found what this one has
   */
  public ElfException(String file, long offset, String expected, String found) {
    super(
        file
            + (offset < 0 ? "" : " at byte " + offset)
            + ": expected "
            + expected
            + ", found "
            + found);
    this.file = file;
    this.offset = offset;
    this.expected = expected;
    this.found = found;
  }

  /** The file's name. */
  public String file() {
    return file;
  }

  /** In bytes from the start of the file, −1 where no single place is wrong. */
  public long offset() {
    return offset;
  }

  /** What a sound file has there. */
  public String expected() {
    return expected;
  }

  /** What this file has there. */
  public String found() {
    return found;
  }
}
