package io.godwit.criu;

import com.google.protobuf.ByteString;

/** Protobuf's encoding of single values, and the one bounds-checked reader. */
final class Wire {
  /** Protobuf's largest field number, 2^29 − 1. */
  static final int MAX_FIELD = (1 << 29) - 1;

  private static final int MAX_VARINT_BYTES = 10;

  private Wire() {}

  static ByteString varint(long value) {
    byte[] bytes = new byte[MAX_VARINT_BYTES];
    int length = 0;
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[length++] = (byte) ((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
    return ByteString.copyFrom(bytes, 0, length);
  }

  static ByteString fixed(long value, int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (value >>> (8 * i));
    }
    return ByteString.copyFrom(bytes);
  }

  static ByteString tag(int number, WireType type) {
    return varint((long) checkNumber(number) << 3 | type.code());
  }

  static int checkNumber(int number) {
    if (number < 1 || number > MAX_FIELD) {
      throw new IllegalArgumentException("a field's number is 1 to " + MAX_FIELD + ": " + number);
    }
    return number;
  }

  /** Reads one message's bytes from first to last; every overrun is an {@link ImageException}. */
  static final class Reader {
    private final ByteString bytes;
    private final Location where;
    private int position;

    Reader(ByteString bytes, Location where) {
      this.bytes = bytes;
      this.where = where;
    }

    boolean atEnd() {
      return position == bytes.size();
    }

    int position() {
      return position;
    }

    long varint() {
      int start = position;
      long value = 0;
      for (int i = 0; i < MAX_VARINT_BYTES; i++) {
        if (atEnd()) {
          throw error(start, "a varint", "the end after " + i + " bytes of it");
        }
        byte b = bytes.byteAt(position++);
        value |= (long) (b & 0x7F) << (7 * i);
        if (b >= 0) {
          return value;
        }
      }
      throw error(start, "a varint of at most " + MAX_VARINT_BYTES + " bytes", "a longer one");
    }

    long fixed(int size) {
      ByteString raw = take(size, position);
      long value = 0;
      for (int i = 0; i < size; i++) {
        value |= (long) (raw.byteAt(i) & 0xFF) << (8 * i);
      }
      return value;
    }

    Field field() {
      int start = position;
      long tag = varint();
      long number = tag >>> 3;
      if (number < 1 || number > MAX_FIELD) {
        throw error(start, "a field number from 1 to " + MAX_FIELD, Long.toUnsignedString(number));
      }
      int field = (int) number;
      int code = (int) (tag & 7);
      if (code == WireType.VARINT.code()) {
        long value = varint();
        return new Field.Varint(field, value, since(start));
      }
      if (code == WireType.FIXED64.code()) {
        long value = fixed(Long.BYTES);
        return new Field.Fixed64(field, value, since(start));
      }
      if (code == WireType.FIXED32.code()) {
        int value = (int) fixed(Integer.BYTES);
        return new Field.Fixed32(field, value, since(start));
      }
      if (code == WireType.DELIMITED.code()) {
        long length = varint();
        int contentOffset = position;
        ByteString content = take(length, start);
        return new Field.Delimited(field, content, since(start), contentOffset);
      }
      throw error(start, "wire type 0, 1, 2 or 5 of field " + field, "wire type " + code);
    }

    private ByteString take(long length, int start) {
      int remaining = bytes.size() - position;
      if (length < 0 || length > remaining) {
        throw error(
            start,
            "a value of " + Long.toUnsignedString(length) + " bytes",
            remaining + " bytes to the end of the message");
      }
      ByteString taken = bytes.substring(position, position + (int) length);
      position += (int) length;
      return taken;
    }

    private ByteString since(int start) {
      return bytes.substring(start, position);
    }

    private ImageException error(int at, String expected, String found) {
      return new ImageException(where.at(at), expected, found);
    }
  }
}
