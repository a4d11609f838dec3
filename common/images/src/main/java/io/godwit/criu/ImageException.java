package io.godwit.criu;

/**
 * An image that is not what it must be: cut short, damaged, or lacking what the caller needs.
 * Unchecked, because every look at a message may end in it; whoever takes images from outside
 * catches it once.
 */
public final class ImageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final String expected;
  private final String found;

  /**
   * @param file the image's file name, with the entry and field where known
   * @param offset in bytes from the start of the file, −1 where the place is not in a file
   * @param expected what a sound image has there
   * @param found what this one has
   */
  public ImageException(String file, long offset, String expected, String found) {
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

  ImageException(Location where, String expected, String found) {
    this(where.describe(), where.offset(), expected, found);
  }

  /** The image's file name, with the entry and field where known. */
  public String file() {
    return file;
  }

  /** In bytes from the start of the file, −1 where the place is not in a file. */
  public long offset() {
    return offset;
  }

  /** What a sound image has there. */
  public String expected() {
    return expected;
  }

  /** What this image has there. */
  public String found() {
    return found;
  }
}
