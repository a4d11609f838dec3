package io.godwit.criu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Damaged images end in an {@link ImageException} or are sound by chance, and then they too are
 * encoded as they were read. Failures name image and seed.
 */
class MalformedImageTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void everyTruncationIsFoundOrSound() throws IOException {
    for (Corpus.Image image : Corpus.images()) {
      int step = Math.max(1, image.bytes().length / 100);
      for (int length = 0; length < image.bytes().length; length += step) {
        check(image.name(), Arrays.copyOf(image.bytes(), length), image + " cut to " + length);
      }
    }
  }

  @Test
  void everyFlippedBitIsFoundOrSound() throws IOException {
    for (Corpus.Image image : Corpus.images()) {
      for (long seed = 1; seed <= 25; seed++) {
        Random random = new Random(seed);
        byte[] bytes = image.bytes().clone();
        for (int i = random.nextInt(8); i >= 0; i--) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        check(image.name(), bytes, image + " flipped with seed " + seed);
      }
    }
  }

  @Test
  void spliceOfTwoImagesIsFoundOrSound() throws IOException {
    List<Corpus.Image> images = Corpus.images();
    for (long seed = 1; seed <= 1500; seed++) {
      Random random = new Random(seed);
      Corpus.Image one = images.get(random.nextInt(images.size()));
      byte[] other = images.get(random.nextInt(images.size())).bytes();
      byte[] bytes = one.bytes().clone();
      int length = random.nextInt(Math.min(bytes.length, other.length)) + 1;
      System.arraycopy(
          other,
          random.nextInt(other.length - length + 1),
          bytes,
          random.nextInt(bytes.length - length + 1),
          length);
      check(one.name(), bytes, one + " spliced with seed " + seed);
    }
  }

  @Test
  void randomBytesAreFoundOrSound() {
    for (ImageKind kind : ImageKind.values()) {
      String name = new ImageName(kind, kind.numbered() ? 1 : 0).fileName();
      for (long seed = 1; seed <= 60; seed++) {
        Random random = new Random(seed);
        byte[] tail = new byte[random.nextInt(300)];
        random.nextBytes(tail);
        byte[] head =
            kind.raw()
                ? new byte[0]
                : EntryImage.of(new ImageName(kind, kind.numbered() ? 1 : 0), List.of())
                    .encode()
                    .toByteArray();
        byte[] bytes = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, bytes, head.length, tail.length);
        check(name, bytes, name + " random with seed " + seed);
      }
    }
  }

  private static void check(String name, byte[] bytes, String what) {
    try {
      ImageFile image = decode(name, bytes, what);
      assertArrayEquals(bytes, image.encode().toByteArray(), what);
      if (image instanceof EntryImage entries) {
        entries.messages().stream().limit(20).forEach(message -> readEveryWay(message, 2));
        readPagemap(entries);
      }
    } catch (ImageException e) {
      assertTrue(e.offset() >= -1 && e.offset() <= bytes.length, what + ": " + e.getMessage());
    } catch (RuntimeException | Error e) {
      throw new AssertionError(what, e);
    }
  }

  /** A length in a file must never be allocated before it is known to be there. */
  private static ImageFile decode(String name, byte[] bytes, String what) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      return ImageFile.decode(name, bytes);
    } finally {
      long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
      assertTrue(
          allocated < 64_000 + 400L * bytes.length, what + " allocated " + allocated + " bytes");
    }
  }

  private static void readPagemap(EntryImage image) {
    if (image.imageName().kind() == ImageKind.PAGEMAP && !image.entries().isEmpty()) {
      Pagemap map = Pagemap.decode(image, 4096, "pages");
      map.without(0x400000, 0x500000).segments();
      map.withBothCounts();
    }
  }

  /** No accessor may end otherwise, whatever stands in the field. Of many alike a few are read. */
  private static void readEveryWay(Message message, int depth) {
    for (int number : message.numbers().stream().distinct().toList()) {
      List<Runnable> ways =
          List.of(
              () -> message.varint(number),
              () -> message.zigzag(number),
              () -> message.varints(number),
              () -> message.fixed32(number),
              () -> message.fixed64(number),
              () -> message.string(number),
              () -> message.bytes(number),
              () -> message.messages(number).stream().limit(5).forEach(m -> readBelow(m, depth)));
      for (Runnable way : ways) {
        try {
          way.run();
        } catch (ImageException _) {
          // The field is something else, which is what it says.
        }
      }
    }
  }

  private static void readBelow(Message message, int depth) {
    if (depth > 0) {
      readEveryWay(message, depth - 1);
    }
  }
}
