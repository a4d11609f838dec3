package io.godwit.criu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  private static final int PAGE = 4096;

  /** Where the corpus's counter has regs_dst, which it had published when it was dumped. */
  private static final long COUNTER_REGS_DST = 0x421220;

  /** The magic that h-container's contract gives the registers for aarch64. */
  private static final long MAGIC_AARCH64 = 0xAABCBDEADBEAFL;

  @TempDir private Path directory;

  @Test
  void readsAnImageOnceAndWhenAsked() throws IOException {
    ImageFolder folder = ImageFolder.of(Corpus.folder("shell"));
    assertSame(folder.entries(ImageKind.CORE, 1), folder.entries(ImageKind.CORE, 1));
    assertTrue(folder.names().contains("descriptors.json"));
    assertTrue(folder.has(ImageName.of(ImageKind.PSTREE)));
    assertEquals(4, folder.images(ImageKind.CORE).size());
  }

  @Test
  void saysWhichImageIsMissing() throws IOException {
    ImageFolder folder = ImageFolder.of(Corpus.folder("shell"));
    assertEquals(Optional.empty(), folder.find(ImageName.of(ImageKind.CORE, 2)));
    ImageException e = assertThrows(ImageException.class, () -> folder.entries(ImageKind.CORE, 2));
    assertEquals("core-2.img: expected this image, found no such file", e.getMessage());
  }

  @Test
  void readsMemoryByAddress() throws IOException {
    ImageFolder folder = ImageFolder.of(Corpus.folder("counter"));
    Pagemap pagemap = folder.pagemap(1, PAGE);
    ProcessMemory memory = new ProcessMemory(folder, pagemap);
    byte[] magic = memory.read(COUNTER_REGS_DST, Long.BYTES).orElseThrow();
    assertEquals(MAGIC_AARCH64, ByteBuffer.wrap(magic).order(ByteOrder.LITTLE_ENDIAN).getLong());
    PageRun first = pagemap.runs().getFirst();
    int all = (int) first.length();
    assertEquals(all, memory.read(first.start(), all).orElseThrow().length);
    assertTrue(memory.read(first.end() - 1, PAGE * 64).isEmpty(), "runs into what is not there");
    assertTrue(memory.read(0, 1).isEmpty());
  }

  @Test
  void memoryIsReadAcrossRuns() throws IOException {
    ImageFolder folder = ImageFolder.of(Corpus.folder("counter"));
    Pagemap whole = folder.pagemap(1, PAGE);
    PageRun stack = whole.runs().stream().filter(run -> run.pages() > 1).findFirst().orElseThrow();
    Pagemap split = whole.without(stack.start(), stack.start() + PAGE);
    PageRun first = whole.runs(stack.start(), stack.start() + PAGE).getFirst();
    byte[] once = new ProcessMemory(folder, whole).read(stack.start(), 2 * PAGE).orElseThrow();
    byte[] twice =
        new ProcessMemory(folder, split.with(first)).read(stack.start(), 2 * PAGE).orElseThrow();
    assertArrayEquals(once, twice);
  }

  @Test
  void pagesFileOfAnotherSizeIsRefused() throws IOException {
    for (String name : List.of("pagemap-1.img", "pages-1.img")) {
      Files.write(directory.resolve(name), Corpus.read("counter", name));
    }
    assertEquals(7 * PAGE, ImageFolder.of(directory).pagemap(1, PAGE).pagesSize());
    try (RandomAccessFile pages =
        new RandomAccessFile(directory.resolve("pages-1.img").toFile(), "rw")) {
      pages.setLength(6 * PAGE);
    }
    ImageFolder cut = ImageFolder.of(directory);
    ImageException e = assertThrows(ImageException.class, () -> cut.pagemap(1, PAGE));
    assertEquals("pages-1.img: expected 28672 bytes, found 24576 bytes", e.getMessage());
  }

  @Test
  void hugeImagesAreRefusedBeforeTheyAreRead() throws IOException {
    try (RandomAccessFile huge =
        new RandomAccessFile(directory.resolve("core-1.img").toFile(), "rw")) {
      huge.setLength(1L << 40);
    }
    ImageFolder folder = ImageFolder.of(directory);
    assertThrows(ImageException.class, () -> folder.entries(ImageKind.CORE, 1));
  }

  @Test
  void pagesAreNotDecoded() throws IOException {
    ImageFolder folder = ImageFolder.of(Corpus.folder("counter"));
    assertThrows(IllegalArgumentException.class, () -> folder.entries(ImageKind.PAGES, 1));
    assertEquals(16, folder.read("pages-1.img", PAGE, 16).length);
    assertThrows(EOFException.class, () -> folder.read("pages-1.img", 7 * PAGE - 1, 2));
    assertThrows(EOFException.class, () -> folder.read("pages-1.img", Long.MAX_VALUE, 2));
  }

  @Test
  void linksAndPathsLeadNowhere() throws IOException {
    Path outside = Files.writeString(directory.resolve("outside"), "secret");
    Path inside = Files.createDirectory(directory.resolve("images"));
    Files.createSymbolicLink(inside.resolve("core-1.img"), outside);
    ImageFolder folder = ImageFolder.of(inside);
    assertFalse(folder.has(ImageName.of(ImageKind.CORE, 1)));
    for (String name : List.of("core-1.img", "../outside", outside.toString(), "..", "")) {
      assertThrows(NoSuchFileException.class, () -> folder.read(name, 0, 1), name);
    }
  }
}
