package io.godwit.checkpointer.pages;

import java.nio.ByteBuffer;

/**
 * A command of CRIU's page server protocol (criu/page-xfer.c, {@code struct page_server_iov}).
 *
 * @param kind what to do
 * @param flags the PE bits of {@link Kind#ADD}
 * @param pages how many pages follow it
 * @param address of the first of them
 * @param image which image is meant
 */
record PageCommand(Kind kind, int flags, long pages, long address, Image image) {
  /** No user address space of Linux is larger, so no sum of what is allowed here overflows. */
  private static final long ADDRESSES = 1L << 57;

  private static final int COMMAND_BITS = 16;
  private static final int TYPE_BITS = 8;

  /** What to do. */
  enum Kind {
    /** Pages of another image follow; answered with a byte, whether there is a parent. */
    OPEN(4),
    /** Asks whether an image has a parent; answered with 32 bits. */
    PARENT(5),
    /** Pages follow. */
    ADD(6),
    /** The end; answered with 32 bits when everything is safe. */
    CLOSE(0x1023);

    private final int number;

    Kind(int number) {
      this.number = number;
    }
  }

  /**
   * The memory that pages belong to.
   *
   * @param shared a shared segment's, not a process's
   * @param id of either
   */
  record Image(boolean shared, long id) {}

  /**
   * How long commands are. CRIU 4.2 counts pages in 64 bits, those before in 32, and neither says
   * so.
   */
  enum Form {
    /** Before CRIU 4.2. */
    SHORT(24),
    /** Since CRIU 4.2. */
    LONG(32);

    private final int bytes;

    Form(int bytes) {
      this.bytes = bytes;
    }

    /** Of a command. */
    int bytes() {
      return bytes;
    }

    /**
     * The form of a stream. Its first command has neither pages nor an address, and an image that
     * is not 0: where that stands in the bytes that both forms have, tells.
     *
     * @param first the first {@code SHORT.bytes()} bytes, little-endian
     */
    static Form of(ByteBuffer first) {
      return first.getLong(16) == 0 ? LONG : SHORT;
    }
  }

  /**
   * Reads a command.
   *
   * @param bytes of the form's length, little-endian, as both ISAs are
   * @throws PageStreamException when the command, its flags, its image or its range are none
   */
  static PageCommand parse(ByteBuffer bytes, Form form, int pageSize) throws PageStreamException {
    int word = bytes.getInt(0);
    Kind kind = kind(word & (1 << COMMAND_BITS) - 1);
    int flags = word >>> COMMAND_BITS;
    long pages =
        switch (form) {
          case SHORT -> Integer.toUnsignedLong(bytes.getInt(4));
          case LONG -> bytes.getLong(8);
        };
    long address = bytes.getLong(form.bytes() - 16);
    long image = bytes.getLong(form.bytes() - 8);
    PageCommand command = new PageCommand(kind, flags, pages, address, new Image(false, 0));
    return switch (kind) {
      case CLOSE -> command;
      case OPEN, PARENT -> new PageCommand(kind, flags, pages, address, image(image));
      case ADD -> {
        if (address < 0
            || address > ADDRESSES
            || address % pageSize != 0
            || pages < 1
            || pages > (ADDRESSES - address) / pageSize) {
          throw new PageStreamException(
              "the page stream has %s pages at 0x%x: expected some at a multiple of %d below 0x%x"
                  .formatted(Long.toUnsignedString(pages), address, pageSize, ADDRESSES));
        }
        yield new PageCommand(kind, flags, pages, address, image(image));
      }
    };
  }

  /** Whether it is the end, in whichever form. */
  static boolean isClose(ByteBuffer bytes) {
    return (bytes.getInt(0) & (1 << COMMAND_BITS) - 1) == Kind.CLOSE.number;
  }

  private static Kind kind(int number) throws PageStreamException {
    for (Kind kind : Kind.values()) {
      if (kind.number == number) {
        return kind;
      }
    }
    throw new PageStreamException(
        "the page stream has a command %d, which is not known here".formatted(number));
  }

  private static Image image(long word) throws PageStreamException {
    int type = (int) word & (1 << TYPE_BITS) - 1;
    if (type != 1 && type != 2) {
      throw new PageStreamException(
          "the page stream has pages of an image of type %d: expected 1, a process, or 2, shared memory"
              .formatted(type));
    }
    return new Image(type == 2, word >>> TYPE_BITS);
  }
}
