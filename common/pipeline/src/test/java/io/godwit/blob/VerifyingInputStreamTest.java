package io.godwit.blob;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VerifyingInputStreamTest {
  private static final byte[] BYTES = "the bar-tailed godwit".getBytes();
  private static final Blob BLOB = Digests.of(BYTES);

  private static VerifyingInputStream over(byte[] found) {
    return new VerifyingInputStream(
        new ByteArrayInputStream(found), BLOB, "blob x", BlobStore.SILENT);
  }

  private static String damage(byte[] found) {
    return assertThrows(BlobException.class, () -> over(found).readAllBytes()).getMessage();
  }

  @Test
  void rightBytesPassHoweverTheyAreRead() throws Exception {
    assertArrayEquals(BYTES, over(BYTES).readAllBytes());
    try (InputStream one = over(BYTES)) {
      for (byte expected : BYTES) {
        assertEquals(expected, one.read());
      }
      assertEquals(-1, one.read());
    }
    try (InputStream skipping = over(BYTES)) {
      assertEquals(5, skipping.skip(5));
      assertEquals(BYTES.length - 5, skipping.readAllBytes().length);
    }
  }

  @Test
  void anyFlippedBitIsDamage() {
    Random random = new Random(1);
    for (int i = 0; i < 50; i++) {
      byte[] found = BYTES.clone();
      found[random.nextInt(found.length)] ^= (byte) (1 << random.nextInt(8));
      assertEquals(
          "blob x is damaged: its SHA-256 is " + Digests.of(found).sha256(), damage(found));
    }
  }

  @Test
  void missingAndExtraBytesAreDamage() {
    assertEquals(
        "blob x is damaged: it has 20 bytes, expected 21",
        damage(java.util.Arrays.copyOf(BYTES, 20)));
    assertEquals(
        "blob x is damaged: it has more than its 21 bytes",
        damage(java.util.Arrays.copyOf(BYTES, 22)));
  }

  @Test
  void cutConnectionSaysHowFarItCame() {
    InputStream cut =
        new InputStream() {
          private int left = 7;

          @Override
          public int read() throws IOException {
            if (left-- == 0) {
              throw new IOException("connection reset");
            }
            return 't';
          }

          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            buffer[offset] = (byte) read();
            return 1;
          }
        };
    assertEquals(
        "reading blob x broke off after 7 of 21 bytes: connection reset",
        assertThrows(
                BlobException.class,
                () ->
                    new VerifyingInputStream(cut, BLOB, "blob x", BlobStore.SILENT).readAllBytes())
            .getMessage());
  }

  @Test
  void progressGrowsToTheSize() throws Exception {
    List<Long> progress = new ArrayList<>();
    new VerifyingInputStream(new ByteArrayInputStream(BYTES), BLOB, "blob x", progress::add)
        .readAllBytes();
    assertEquals(21L, progress.getLast());
  }
}
