package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerListingTest {
  private static final Instant TAKEN = Instant.ofEpochSecond(1_000);

  @Test
  void readsWhatFindWrites() {
    LayerListing listing = listing("d 4096 10.5 11.5 2 ", "f 3 10.25 11.125 7 a name\nwith all");
    assertEquals(
        new LayerListing.Entry('f', 3, "10.25", "11.125", 7),
        listing.entries().get("a name\nwith all"));
    assertEquals(2, listing.entries().get(".").inode());
  }

  @Test
  void saysWhatItCannotRead() {
    assertThrows(IllegalArgumentException.class, () -> listing("f 3 10.25"));
    assertThrows(
        IllegalArgumentException.class,
        () -> LayerListing.parse(TAKEN, "f 1 1.0 1.0 1 cut".getBytes(StandardCharsets.UTF_8)));
    IllegalArgumentException name =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                LayerListing.parse(
                    TAKEN, "f 1 1.0 1.0 1 \u00e9\0".getBytes(StandardCharsets.ISO_8859_1)));
    assertEquals(
        "a file's name is not UTF-8, so Godwit cannot move it: f 1 1.0 1.0 1 \u00e9",
        name.getMessage());
  }

  @Test
  void onlyWhatChangedIsSentAgain() {
    LayerListing before =
        listing("f 1 5.0 5.0 1 same", "f 1 5.0 5.0 2 grown", "f 1 5.0 5.0 3 moved");
    LayerListing later =
        listing(
            "f 1 5.0 5.0 1 same",
            "f 2 5.0 6.0 2 grown",
            "f 1 5.0 5.0 4 moved",
            "f 1 5.0 5.0 9 new");
    assertEquals(
        new LayerListing.Difference(List.of("grown", "moved", "new"), List.of()),
        before.until(later));
  }

  @Test
  void whatChangedWhileItWasListedIsSentAgainThoughItsTimesAreEqual() {
    LayerListing before = listing("f 1 999.9 999.9 1 racy", "f 1 998.0 998.0 2 old");
    assertEquals(List.of("racy"), before.until(before).changed());
  }

  @Test
  void ofAFolderThatIsGoneOnlyTheFolderIsNamed() {
    LayerListing before =
        listing("d 1 5.0 5.0 1 a", "f 1 5.0 5.0 2 a/b", "f 1 5.0 5.0 3 a-c", "d 1 5.0 5.0 4 d");
    assertEquals(List.of("a", "a-c"), before.until(listing("d 1 5.0 5.0 4 d")).removed());
  }

  @Test
  void whatIsAnotherKindOfFileNowIsRemovedFirst() {
    LayerListing.Difference difference =
        listing("d 1 5.0 5.0 1 a", "f 1 5.0 5.0 2 a/b").until(listing("l 1 5.0 5.0 3 a"));
    assertEquals(List.of("a"), difference.removed());
    assertEquals(List.of("a"), difference.changed());
  }

  private static LayerListing listing(String... lines) {
    return LayerListing.parse(
        TAKEN, (String.join("\0", lines) + "\0").getBytes(StandardCharsets.UTF_8));
  }
}
