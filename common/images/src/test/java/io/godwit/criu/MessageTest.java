package io.godwit.criu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageTest {
  private static Message message(String hex) {
    return Message.decode("test.img", bytes(hex));
  }

  private static ByteString bytes(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  @Test
  void keepsVarintsThatAreLongerThanTheyNeedBe() {
    Message padded = message("08 8100 10 05");
    assertEquals(OptionalLong.of(1), padded.varint(1));
    assertEquals(bytes("08 8100 10 05"), padded.encode());
    assertEquals(bytes("08 8100 10 06"), padded.withVarint(2, 6).encode());
    assertSame(padded, padded.withVarint(1, 1), "the value is there already");
    assertEquals(bytes("08 02 10 05"), padded.withVarint(1, 2).encode());
  }

  @Test
  void replacedFieldStaysWhereItStood() {
    assertEquals(
        bytes("18 01 08 09 10 03"), message("18 01 08 02 10 03").withVarint(1, 9).encode());
  }

  @Test
  void newFieldIsPutInTheOrderOfNumbers() {
    Message sparse = message("08 01 20 04");
    assertEquals(bytes("08 01 10 02 20 04"), sparse.withVarint(2, 2).encode());
    assertEquals(bytes("08 01 20 04 28 05"), sparse.withVarint(5, 5).encode());
    assertEquals(bytes("08 07"), Message.empty().withVarint(1, 7).encode());
  }

  @Test
  void repeatedFieldIsReplacedAsAWhole() {
    Message repeated = message("08 01 10 02 08 03");
    assertEquals(List.of(1L, 3L), repeated.varints(1));
    assertEquals(
        bytes("08 05 08 06 10 02"), repeated.withVarints(1, List.of(5L, 6L), false).encode());
    assertEquals(
        bytes("0a 02 05 06 10 02"), repeated.withVarints(1, List.of(5L, 6L), true).encode());
    assertEquals(bytes("10 02"), repeated.without(1).encode());
    assertEquals(bytes("10 02"), repeated.withVarints(1, List.of(), true).encode());
  }

  @Test
  void packedAndUnpackedValuesAreReadAlike() {
    assertEquals(List.of(1L, 300L, 2L), message("0a 03 01 ac02 08 02").varints(1));
    assertThrows(ImageException.class, () -> message("0a 02 01 ac").varints(1));
  }

  @Test
  void negativeInt32TakesTenBytes() {
    Message negative = Message.empty().withVarint(14, -1000);
    assertEquals(bytes("70 98 f8 ff ff ff ff ff ff ff 01"), negative.encode());
    assertEquals(-1000, Message.decode("x", negative.encode()).requireVarint(14));
  }

  @Test
  void foldsSignedNumbers() {
    assertEquals(bytes("18 01"), Message.empty().withZigzag(3, -1).encode());
    for (long value : new long[] {0, -1, 1, 19, -20, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertEquals(OptionalLong.of(value), Message.empty().withZigzag(3, value).zigzag(3));
    }
  }

  @Test
  void readsAndWritesEveryType() {
    Message made =
        Message.builder()
            .message(7, Message.builder().string(1, "ä").build())
            .varint(1, 1)
            .bytes(6, ByteString.copyFromUtf8("b"))
            .string(5, "s")
            .zigzag(4, -2)
            .varints(8, List.of(1L, 2L), false)
            .messages(9, List.of(Message.empty(), Message.empty()))
            .build()
            .withFixed32(2, 7)
            .withFixed64(3, -8)
            .withStrings(10, List.of("x", ""));
    Message read = Message.decode("x", made.encode());
    assertEquals(made, read);
    assertEquals(List.of(1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 9, 10, 10), read.numbers());
    assertEquals(Optional.of(true), read.bool(1));
    assertEquals(OptionalInt.of(7), read.fixed32(2));
    assertEquals(OptionalLong.of(-8), read.fixed64(3));
    assertEquals(OptionalLong.of(-2), read.zigzag(4));
    assertEquals("s", read.requireString(5));
    assertEquals(Optional.of(ByteString.copyFromUtf8("b")), read.bytes(6));
    assertEquals("ä", read.requireMessage(7).requireString(1));
    assertEquals(2, read.messages(9).size());
    assertEquals(List.of("x", ""), read.strings(10));
    assertTrue(read.varint(99).isEmpty() && read.message(99).isEmpty() && !read.has(99));
  }

  @Test
  void mergesAMessageThatStandsTwice() {
    Message twice = message("0a 02 08 01 0a 02 10 02").requireMessage(1);
    assertEquals(1, twice.requireVarint(1));
    assertEquals(2, twice.requireVarint(2));
    assertEquals(OptionalLong.of(2), message("08 01 08 02").varint(1), "the last number counts");
  }

  @Test
  void errorsSayFilePlaceExpectedAndFound() {
    ImageException missing =
        assertThrows(
            ImageException.class, () -> message("0a 02 08 01").requireMessage(1).requireVarint(2));
    assertEquals("test.img .1 at byte 2: expected field 2, found none", missing.getMessage());
    assertEquals(2, missing.offset());
    ImageException type =
        assertThrows(ImageException.class, () -> message("0a 02 08 01").varint(1));
    assertEquals("a varint", type.expected());
    assertEquals("a length-delimited value", type.found());
    ImageException text = assertThrows(ImageException.class, () -> message("0a 01 ff").string(1));
    assertEquals("UTF-8", text.expected());
  }

  @Test
  void refusesWhatIsNoMessage() {
    assertMalformed("08", "a varint", 1);
    assertMalformed("08 80", "a varint", 1);
    assertMalformed("08 8080808080808080808001", "a varint of at most 10 bytes", 1);
    assertMalformed("0a 05 01", "a value of 5 bytes", 0);
    assertMalformed("0a ffffffffffffffffff01", "a value of 18446744073709551615 bytes", 0);
    assertMalformed("09 01 02", "a value of 8 bytes", 1);
    assertMalformed("0d 01 02", "a value of 4 bytes", 1);
    assertMalformed("00 01", "a field number from 1 to 536870911", 0);
    assertMalformed("0b 0c", "wire type 0, 1, 2 or 5 of field 1", 0);
    assertMalformed("0f", "wire type 0, 1, 2 or 5 of field 1", 0);
  }

  private static void assertMalformed(String hex, String expected, long offset) {
    ImageException e = assertThrows(ImageException.class, () -> message(hex));
    assertEquals(expected, e.expected());
    assertEquals(offset, e.offset(), e.getMessage());
  }

  @Test
  void fieldNumbersOutOfRangeAreTheCallersMistake() {
    assertThrows(IllegalArgumentException.class, () -> Message.empty().withVarint(0, 1));
    assertThrows(IllegalArgumentException.class, () -> Message.empty().withVarint(1 << 29, 1));
  }

  /** Whatever is changed, every other field keeps its bytes and its place. */
  @Test
  void changesTouchOnlyTheirOwnField() {
    for (long seed = 1; seed <= 500; seed++) {
      Random random = new Random(seed);
      Message before = random(random, 3);
      assertEquals(before, Message.decode("x", before.encode()), "seed " + seed);
      int number = 1 + random.nextInt(12);
      Message after = before.withVarint(number, random.nextLong());
      List<ByteString> kept = new ArrayList<>();
      List<ByteString> expected = new ArrayList<>();
      for (int other = 1; other <= 12; other++) {
        if (other != number) {
          before.fields(other).forEach(field -> expected.add(field.encoded()));
          after.fields(other).forEach(field -> kept.add(field.encoded()));
        }
      }
      assertEquals(expected, kept, "seed " + seed);
      assertEquals(before.without(number), after.without(number), "seed " + seed);
      assertNotEquals(before, after, "seed " + seed);
    }
  }

  /** A message with up to 20 fields, numbers 1 to 12, of every type, some encoded wastefully. */
  static Message random(Random random, int depth) {
    ByteString.Output out = ByteString.newOutput();
    int count = random.nextInt(20);
    for (int i = 0; i < count; i++) {
      int number = 1 + random.nextInt(12);
      Field field =
          switch (random.nextInt(depth > 0 ? 5 : 4)) {
            case 0 -> Field.Varint.of(number, random.nextLong() >>> random.nextInt(64));
            case 1 -> Field.Fixed32.of(number, random.nextInt());
            case 2 -> Field.Fixed64.of(number, random.nextLong());
            case 3 -> {
              byte[] content = new byte[random.nextInt(200)];
              random.nextBytes(content);
              yield Field.Delimited.of(number, ByteString.copyFrom(content));
            }
            default -> Field.Delimited.of(number, random(random, depth - 1).encode());
          };
      field.encoded().forEach(out::write);
    }
    return Message.decode("random", out.toByteString());
  }
}
