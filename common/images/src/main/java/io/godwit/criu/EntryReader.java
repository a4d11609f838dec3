package io.godwit.criu;

import com.google.protobuf.ByteString;

/** Reads lengths, messages and payloads from a file's bytes, never beyond their end. */
final class EntryReader {
  private final ByteString bytes;
  private final Location where;
  private int position;

  EntryReader(ByteString bytes, Location where) {
    this.bytes = bytes;
    this.where = where;
  }

  boolean atEnd() {
    return position == bytes.size();
  }

  int position() {
    return position;
  }

  Location here(String what) {
    String path = where.path().isEmpty() ? what : where.path() + " " + what;
    return new Location(where.file(), path, where.offset() < 0 ? -1 : where.offset() + position);
  }

  ByteString rest() {
    return bytes.substring(position);
  }

  int uint32(String what) {
    ByteString four = take(Integer.BYTES, what);
    return (four.byteAt(0) & 0xFF)
        | ((four.byteAt(1) & 0xFF) << 8)
        | ((four.byteAt(2) & 0xFF) << 16)
        | (four.byteAt(3) << 24);
  }

  Message message(String what) {
    long length = Integer.toUnsignedLong(uint32("length of " + what));
    Location start = here(what);
    return Message.decode(take(length, what), start);
  }

  ByteString take(long length, String what) {
    int remaining = bytes.size() - position;
    if (length < 0 || length > remaining) {
      throw new ImageException(
          here(what),
          Long.toUnsignedString(length) + " bytes",
          remaining + " bytes to the end of the file");
    }
    ByteString taken = bytes.substring(position, position + (int) length);
    position += (int) length;
    return taken;
  }
}
