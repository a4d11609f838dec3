package io.godwit.criu;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A protobuf message without a schema: the fields as they were read, in their order.
 *
 * <p>Fields are named by number ({@link io.godwit.criu.field}). Reading a field as something that
 * its bytes are not is an {@link ImageException}. Where a field that should stand once stands
 * several times, the last one counts, and messages are merged, as protobuf says. The {@code with}
 * methods return changed copies: a replaced field stays where it stood, a new one is put in the
 * order of field numbers, which is how CRIU's protobuf-c writes. Two messages are equal when their
 * bytes are.
 */
public final class Message {
  private final List<Field> fields;
  private final Location where;

  private Message(List<Field> fields, Location where) {
    this.fields = List.copyOf(fields);
    this.where = where;
  }

  static Message decode(ByteString bytes, Location where) {
    Wire.Reader reader = new Wire.Reader(bytes, where);
    List<Field> fields = new ArrayList<>();
    while (!reader.atEnd()) {
      fields.add(reader.field());
    }
    return new Message(fields, where);
  }

  /**
   * Reads a message that is not in an image file.
   *
   * @param name what errors call it
   * @throws ImageException when the bytes are no message
   */
  public static Message decode(String name, ByteString bytes) {
    return decode(bytes, new Location(name, "", 0));
  }

  /** The message without fields. */
  public static Message empty() {
    return new Message(List.of(), Location.NOWHERE);
  }

  /** Starts a new message. */
  public static MessageBuilder builder() {
    return new MessageBuilder();
  }

  /** The bytes of this message: those it was read from, where nothing was changed. */
  public ByteString encode() {
    return ByteString.copyFrom(fields.stream().map(Field::encoded).toList());
  }

  /** Whether the field stands in this message at all. */
  public boolean has(int number) {
    return fields.stream().anyMatch(field -> field.number() == number);
  }

  /** The numbers of the fields in their order, as often as each stands. */
  public List<Integer> numbers() {
    return fields.stream().map(Field::number).toList();
  }

  /**
   * A varint: uint32, uint64, int32, int64, bool or an enum; negative int32s come sign-extended.
   */
  public OptionalLong varint(int number) {
    List<Field> all = fields(number);
    return all.isEmpty() ? OptionalLong.empty() : OptionalLong.of(asVarint(all.getLast()).value());
  }

  /**
   * A varint that must be there.
   *
   * @throws ImageException when it is not
   */
  public long requireVarint(int number) {
    return varint(number).orElseThrow(() -> missing(number));
  }

  /** A bool; empty when it is not there. */
  public Optional<Boolean> bool(int number) {
    OptionalLong value = varint(number);
    return value.isPresent() ? Optional.of(value.getAsLong() != 0) : Optional.empty();
  }

  /** A sint32 or sint64, which protobuf folds so that small negative numbers are short. */
  public OptionalLong zigzag(int number) {
    OptionalLong value = varint(number);
    return value.isPresent()
        ? OptionalLong.of(value.getAsLong() >>> 1 ^ -(value.getAsLong() & 1))
        : value;
  }

  /** A fixed32 or float, as its bits. */
  public OptionalInt fixed32(int number) {
    List<Field> all = fields(number);
    if (all.isEmpty()) {
      return OptionalInt.empty();
    }
    if (all.getLast() instanceof Field.Fixed32 field) {
      return OptionalInt.of(field.value());
    }
    throw mismatch(all.getLast(), WireType.FIXED32);
  }

  /** A fixed64 or double, as its bits. */
  public OptionalLong fixed64(int number) {
    List<Field> all = fields(number);
    if (all.isEmpty()) {
      return OptionalLong.empty();
    }
    if (all.getLast() instanceof Field.Fixed64 field) {
      return OptionalLong.of(field.value());
    }
    throw mismatch(all.getLast(), WireType.FIXED64);
  }

  /** A repeated varint field, packed or not or both, in order. */
  public List<Long> varints(int number) {
    List<Long> values = new ArrayList<>();
    for (Field field : fields(number)) {
      if (field instanceof Field.Delimited packed) {
        Wire.Reader reader = new Wire.Reader(packed.content(), inside(packed));
        while (!reader.atEnd()) {
          values.add(reader.varint());
        }
      } else {
        values.add(asVarint(field).value());
      }
    }
    return List.copyOf(values);
  }

  /** A bytes field. */
  public Optional<ByteString> bytes(int number) {
    List<ByteString> all = bytesList(number);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  /** A repeated bytes field. */
  public List<ByteString> bytesList(int number) {
    return fields(number).stream().map(field -> asDelimited(field).content()).toList();
  }

  /**
   * A string.
   *
   * @throws ImageException when it is not UTF-8; paths on Linux need not be, see {@link #bytes}
   */
  public Optional<String> string(int number) {
    List<String> all = strings(number);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  /**
   * A string that must be there.
   *
   * @throws ImageException when it is not, or is not UTF-8
   */
  public String requireString(int number) {
    return string(number).orElseThrow(() -> missing(number));
  }

  /** A repeated string field. */
  public List<String> strings(int number) {
    return fields(number).stream().map(field -> text(asDelimited(field))).toList();
  }

  /** A message field. */
  public Optional<Message> message(int number) {
    List<Field> all = fields(number);
    if (all.size() == 1) {
      Field.Delimited field = asDelimited(all.getFirst());
      return Optional.of(decode(field.content(), inside(field)));
    }
    if (all.isEmpty()) {
      return Optional.empty();
    }
    // Protobuf merges the occurrences, which is the same as reading their contents one after the
    // other.
    return Optional.of(
        decode(ByteString.copyFrom(bytesList(number)), where.field(number, where.offset())));
  }

  /**
   * A message that must be there.
   *
   * @throws ImageException when it is not
   */
  public Message requireMessage(int number) {
    return message(number).orElseThrow(() -> missing(number));
  }

  /** A repeated message field. */
  public List<Message> messages(int number) {
    return fields(number).stream()
        .map(this::asDelimited)
        .map(field -> decode(field.content(), inside(field)))
        .toList();
  }

  /** A copy with the varint; a negative value takes ten bytes, as protobuf's int32 does. */
  public Message withVarint(int number, long value) {
    // Saying again what is there must not shorten a varint that the writer made long.
    List<Field> all = fields(number);
    if (all.size() == 1 && all.getFirst() instanceof Field.Varint v && v.value() == value) {
      return this;
    }
    return with(number, List.of(Field.Varint.of(number, value)));
  }

  /** A copy with the bool. */
  public Message withBool(int number, boolean value) {
    return withVarint(number, value ? 1 : 0);
  }

  /** A copy with the sint32 or sint64. */
  public Message withZigzag(int number, long value) {
    return withVarint(number, value << 1 ^ value >> 63);
  }

  /** A copy with the repeated varints. */
  public Message withVarints(int number, List<Long> values, boolean packed) {
    if (packed && !values.isEmpty()) {
      return with(
          number,
          List.of(
              Field.Delimited.of(
                  number, ByteString.copyFrom(values.stream().map(Wire::varint).toList()))));
    }
    return with(number, values.stream().map(v -> (Field) Field.Varint.of(number, v)).toList());
  }

  /** A copy with the 32-bit value. */
  public Message withFixed32(int number, int value) {
    return with(number, List.of(Field.Fixed32.of(number, value)));
  }

  /** A copy with the 64-bit value. */
  public Message withFixed64(int number, long value) {
    return with(number, List.of(Field.Fixed64.of(number, value)));
  }

  /** A copy with the bytes. */
  public Message withBytes(int number, ByteString value) {
    return with(number, List.of(Field.Delimited.of(number, value)));
  }

  /** A copy with the repeated bytes. */
  public Message withBytesList(int number, List<ByteString> values) {
    return with(number, values.stream().map(v -> (Field) Field.Delimited.of(number, v)).toList());
  }

  /** A copy with the string, as UTF-8. */
  public Message withString(int number, String value) {
    return withBytes(number, ByteString.copyFromUtf8(value));
  }

  /** A copy with the repeated strings. */
  public Message withStrings(int number, List<String> values) {
    return withBytesList(number, values.stream().map(ByteString::copyFromUtf8).toList());
  }

  /** A copy with the message. */
  public Message withMessage(int number, Message value) {
    return withBytes(number, value.encode());
  }

  /** A copy with the repeated messages. */
  public Message withMessages(int number, List<Message> values) {
    return withBytesList(number, values.stream().map(Message::encode).toList());
  }

  /** A copy without the field, however often it stood. */
  public Message without(int number) {
    return with(number, List.of());
  }

  /** The error that this message lacks a field that the caller cannot do without. */
  public ImageException missing(int number) {
    return new ImageException(where, "field " + number, "none");
  }

  /** The error that a field of this message has a value that the caller cannot work with. */
  public ImageException wrong(int number, String expected, String found) {
    return new ImageException(where.field(number, where.offset()), expected, found);
  }

  private Message with(int number, List<Field> replacement) {
    Wire.checkNumber(number);
    int at = 0;
    while (at < fields.size() && fields.get(at).number() != number) {
      at++;
    }
    if (at == fields.size()) {
      at = 0;
      while (at < fields.size() && fields.get(at).number() < number) {
        at++;
      }
    }
    List<Field> changed = new ArrayList<>(fields.subList(0, at));
    changed.addAll(replacement);
    fields.stream().skip(at).filter(field -> field.number() != number).forEach(changed::add);
    return new Message(changed, where);
  }

  List<Field> fields(int number) {
    return fields.stream().filter(field -> field.number() == number).toList();
  }

  private Field.Varint asVarint(Field field) {
    if (field instanceof Field.Varint varint) {
      return varint;
    }
    throw mismatch(field, WireType.VARINT);
  }

  private Field.Delimited asDelimited(Field field) {
    if (field instanceof Field.Delimited delimited) {
      return delimited;
    }
    throw mismatch(field, WireType.DELIMITED);
  }

  private String text(Field.Delimited field) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(field.content().toByteArray()))
          .toString();
    } catch (CharacterCodingException _) {
      throw new ImageException(inside(field), "UTF-8", "bytes that are not");
    }
  }

  private Location inside(Field.Delimited field) {
    return field.contentOffset() < 0
        ? new Location(where.file(), where.path() + "." + field.number(), -1)
        : where.field(field.number(), where.offset() + field.contentOffset());
  }

  private ImageException mismatch(Field field, WireType expected) {
    return new ImageException(
        where.field(field.number(), where.offset()),
        "a " + expected.description(),
        "a " + field.type().description());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Message message && encode().equals(message.encode());
  }

  @Override
  public int hashCode() {
    return encode().hashCode();
  }

  /** Field numbers and values for a log, at one level; contents of lengths are counted only. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("{");
    for (Field field : fields) {
      text.append(text.length() == 1 ? "" : ", ").append(field.number()).append(": ");
      switch (field) {
        case Field.Varint v -> text.append(v.value());
        case Field.Fixed64 v -> text.append(v.value());
        case Field.Fixed32 v -> text.append(v.value());
        case Field.Delimited v -> text.append(v.content().size()).append(" bytes");
      }
    }
    return text.append('}').toString();
  }
}
