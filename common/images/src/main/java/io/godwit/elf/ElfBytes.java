package io.godwit.elf;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** The bytes of an ELF file, read where needed and never beyond the end. */
sealed interface ElfBytes {
  String name();

  long size() throws IOException;

  /** Reads bytes that are known to be in the file. */
  ByteBuffer readWithin(long offset, int length) throws IOException;

  /**
   * Reads a part of the file, after its place and size are checked.
   *
   * @throws ElfException when the part is not wholly in the file, or beyond what a table may be
   */
  default ByteBuffer read(String what, long offset, long length) throws IOException {
    long size = size();
    if (offset < 0 || length < 0 || offset > size || length > size - offset) {
      throw new ElfException(
          name(),
          offset,
          what + " of " + Long.toUnsignedString(length) + " bytes",
          size + " bytes in the whole file");
    }
    if (length > ElfReader.MAX_TABLE_BYTES) {
      throw new ElfException(
          name(),
          offset,
          what + " of at most " + ElfReader.MAX_TABLE_BYTES + " bytes",
          length + " bytes");
    }
    return readWithin(offset, (int) length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A file in memory; nobody compares two. */
  @SuppressWarnings("ArrayRecordComponent")
  record OfArray(String name, byte[] bytes) implements ElfBytes {
    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public ByteBuffer readWithin(long offset, int length) {
      return ByteBuffer.wrap(bytes, (int) offset, length).slice();
    }
  }

  /** A file on disk. */
  record OfChannel(String name, FileChannel channel) implements ElfBytes {
    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public ByteBuffer readWithin(long offset, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(length);
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, offset + buffer.position()) < 0) {
          throw new EOFException(name + " became shorter while it was read");
        }
      }
      return buffer.flip();
    }
  }
}
