package io.godwit.criu;

import com.google.protobuf.ByteString;

/**
 * One field of a message as it was read or made.
 *
 * <p>{@code encoded} is the whole field with its tag: what is not touched is written as it was
 * read, even where the varints are longer than they need be.
 */
sealed interface Field {
  int number();

  WireType type();

  ByteString encoded();

  /** A varint; a negative int32 or int64 is the ten bytes of its 64-bit complement. */
  record Varint(int number, long value, ByteString encoded) implements Field {
    static Varint of(int number, long value) {
      return new Varint(
          number, value, Wire.tag(number, WireType.VARINT).concat(Wire.varint(value)));
    }

    @Override
    public WireType type() {
      return WireType.VARINT;
    }
  }

  /** Eight bytes, little-endian. */
  record Fixed64(int number, long value, ByteString encoded) implements Field {
    static Fixed64 of(int number, long value) {
      return new Fixed64(
          number, value, Wire.tag(number, WireType.FIXED64).concat(Wire.fixed(value, Long.BYTES)));
    }

    @Override
    public WireType type() {
      return WireType.FIXED64;
    }
  }

  /** Four bytes, little-endian. */
  record Fixed32(int number, int value, ByteString encoded) implements Field {
    static Fixed32 of(int number, int value) {
      return new Fixed32(
          number,
          value,
          Wire.tag(number, WireType.FIXED32).concat(Wire.fixed(value, Integer.BYTES)));
    }

    @Override
    public WireType type() {
      return WireType.FIXED32;
    }
  }

  /**
   * A string, bytes, a message, or packed values.
   *
   * @param contentOffset where the content starts within the message's bytes as read, −1 when made
   */
  record Delimited(int number, ByteString content, ByteString encoded, long contentOffset)
      implements Field {
    static Delimited of(int number, ByteString content) {
      return new Delimited(
          number,
          content,
          Wire.tag(number, WireType.DELIMITED).concat(Wire.varint(content.size())).concat(content),
          -1);
    }

    @Override
    public WireType type() {
      return WireType.DELIMITED;
    }
  }
}
