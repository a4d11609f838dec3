package io.godwit.criu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import io.godwit.criu.field.FsEntry;
import io.godwit.criu.field.PipeDataEntry;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class EntryImageTest {
  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static EntryImage decode(String name, String hex) {
    return assertInstanceOf(EntryImage.class, ImageFile.decode(name, hex(hex)));
  }

  private static ImageException malformed(String name, String hex) {
    return assertThrows(ImageException.class, () -> ImageFile.decode(name, hex(hex)));
  }

  @Test
  void readsTheImagesOfVersion1WithTheirOneMagic() {
    EntryImage old = decode("fs-1.img", "12394051 02000000 0801");
    assertEquals(1, old.magics().size());
    assertEquals(1, old.only().requireVarint(FsEntry.CWD_ID));
    assertEquals(ByteString.copyFrom(hex("12394051 02000000 0801")), old.encode());
  }

  @Test
  void newImagesHaveTheMagicsOfTheirKind() {
    assertEquals(
        ByteString.copyFrom(hex("19435654 12394051 02000000 0801")),
        EntryImage.of(ImageName.of(ImageKind.FS, 1), List.of(Message.empty().withVarint(1, 1)))
            .encode());
    assertEquals(
        ByteString.copyFrom(hex("16313158 00000000")),
        EntryImage.of(ImageName.of(ImageKind.INVENTORY), List.of(Message.empty())).encode());
    assertEquals(
        ByteString.copyFrom(hex("40591055 06330957")),
        EntryImage.of(ImageName.of(ImageKind.STATS_DUMP), List.of()).encode());
  }

  @Test
  void wrongMagicIsNamed() {
    ImageException first = malformed("fs-1.img", "DEADBEEF 12394051");
    assertEquals(
        "fs-1.img magic at byte 0: expected 0x54564319, found 0xEFBEADDE", first.getMessage());
    ImageException second = malformed("fs-1.img", "19435654 16313158");
    assertEquals(4, second.offset());
    assertEquals("0x51403912", second.expected());
    assertEquals("0x58313116", second.found());
  }

  @Test
  void lengthsBeyondTheEndAreNamed() {
    assertEquals("4 bytes", malformed("fs-1.img", "").expected());
    assertEquals("4 bytes", malformed("fs-1.img", "19435654 1239").expected());
    ImageException cut = malformed("fs-1.img", "19435654 12394051 02000000 08");
    assertEquals(
        "fs-1.img entry 0 at byte 12: expected 2 bytes, found 1 bytes to the end of the file",
        cut.getMessage());
    assertEquals(
        "4294967295 bytes", malformed("fs-1.img", "19435654 12394051 FFFFFFFF 08").expected());
  }

  @Test
  void errorsWithinMessagesCountFromTheStartOfTheFile() {
    ImageException inside = malformed("fs-1.img", "19435654 12394051 02000000 0880");
    assertEquals("fs-1.img entry 0", inside.file());
    assertEquals(13, inside.offset());
  }

  @Test
  void keepsWhatItDoesNotKnow() {
    for (String name : List.of("new-thing-1.img", "descriptors.json", "pages-1.img")) {
      RawImage raw = assertInstanceOf(RawImage.class, ImageFile.decode(name, hex("19435654 00")));
      assertEquals(ByteString.copyFrom(hex("19435654 00")), raw.encode());
    }
  }

  @Test
  void payloadMustBeWhatItsMessageCounts() {
    Message three = Message.empty().withVarint(1, 9).withVarint(PipeDataEntry.BYTES, 3);
    EntryImage empty = EntryImage.of(ImageName.of(ImageKind.PIPES_DATA), List.of());
    ImageEntry sound = new ImageEntry(three, ByteString.copyFromUtf8("abc"));
    EntryImage image = empty.withEntries(List.of(sound, sound));
    assertEquals(image, ImageFile.decode("pipes-data.img", image.encode()));
    ImageException e =
        assertThrows(
            ImageException.class,
            () -> image.map(m -> m.withVarint(PipeDataEntry.BYTES, 4)).encode());
    assertEquals(
        "pipes-data.img payload of entry 0: expected 4 bytes, found 3 bytes", e.getMessage());
  }

  @Test
  void countsOfPayloadsAreChecked() {
    // A pipe that says it holds 2^32 − 1 bytes, and one whose count does not fit 32 bits.
    assertEquals(
        "4294967295 bytes",
        malformed("pipes-data.img", "19435654 09374556 08000000 0801 10FFFFFFFF0F").expected());
    assertEquals(
        "an unsigned 32-bit count",
        malformed("pipes-data.img", "19435654 09374556 08000000 0801 108080808010").expected());
    // A System V segment of 2^64 − 1 bytes.
    assertEquals(
        "18446744073709551615 bytes",
        malformed("ipcns-shm-1.img", "19435654 44302846 0B000000 10FFFFFFFFFFFFFFFFFF01")
            .expected());
    // A queue of 2^32 − 1 messages that are not there.
    assertEquals(
        "4 bytes",
        malformed("ipcns-msg-1.img", "19435654 37374555 06000000 18FFFFFFFF0F").expected());
  }

  @Test
  void onlyMeansExactlyOne() {
    EntryImage none = EntryImage.of(ImageName.of(ImageKind.FS, 1), List.of());
    assertEquals(
        "fs-1.img: expected one entry, found 0 entries",
        assertThrows(ImageException.class, none::only).getMessage());
    EntryImage two = none.withMessages(List.of(Message.empty(), Message.empty()));
    assertThrows(ImageException.class, () -> two.withOnly(Message.empty()));
  }
}
