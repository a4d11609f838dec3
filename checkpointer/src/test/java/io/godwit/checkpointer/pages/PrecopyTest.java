package io.godwit.checkpointer.pages;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.blob.BlobStore;
import io.godwit.blob.Manifests;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.testing.FolderBlobs;
import io.godwit.checkpointer.testing.Scribbler;
import io.godwit.contract.ManifestFile;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.PageRun.PageSource;
import io.godwit.criu.Pagemap;
import io.godwit.pages.AheadFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The memory of a child of this test, which the kernel shows, goes ahead. */
final class PrecopyTest {
  private static final String CONTAINER = Scribbler.CONTAINER;
  private static final int PAGE = Scribbler.PAGE;
  private static final int PAGES = Scribbler.PAGES;

  @TempDir private Path folder;
  private Scribbler process;
  private Precopy precopy;
  private BlobStore blobs;

  @BeforeEach
  void start() throws IOException {
    process = new Scribbler(folder.resolve("proc"));
    blobs = new FolderBlobs(folder.resolve("blobs"));
    precopy = new Precopy(new ProcFs(process.proc()), process.proc(), blobs, PAGE);
  }

  @AfterEach
  void end() throws InterruptedException {
    process.close();
  }

  private Path ahead() {
    return folder.resolve("ahead");
  }

  @Test
  void firstRoundHasEveryPageAndTheStoreHasTheSame() throws IOException {
    Precopy.Round round = precopy.first(CONTAINER, ahead(), BlobStore.SILENT);

    for (int page : new int[] {0, 40, PAGES - 1}) {
      assertArrayEquals(filled(1 + page % 250), page(page));
    }
    assertTrue(round.bytes() >= PAGES * PAGE, round::toString);
    assertEquals(Optional.of(round.manifest()), AheadFolder.manifest(ahead()));
    assertStored(round);
  }

  @Test
  void secondRoundSendsWhatWasWrittenSince() throws IOException {
    Precopy.Round first = precopy.first(CONTAINER, ahead(), BlobStore.SILENT);
    process.order("write", 1);
    Precopy.Round second = precopy.next(CONTAINER, ahead());

    assertArrayEquals(filled(255), page(40));
    assertArrayEquals(filled(42), page(41));
    assertTrue(second.bytes() >= PAGE && second.bytes() < first.bytes() / 2, second::toString);
    assertStored(second);
  }

  @Test
  void memoryThatWasUnmappedSinceIsNotSentAgain() throws IOException {
    Precopy.Round first = precopy.first(CONTAINER, ahead(), BlobStore.SILENT);
    process.order("unmap", PAGES / 2);
    Precopy.Round second = precopy.next(CONTAINER, ahead());

    assertTrue(second.bytes() < first.bytes() / 2, second::toString);
    assertArrayEquals(filled(1 + (PAGES - 1) % 250), page(PAGES - 1));
    assertStored(second);
  }

  @Test
  void pagesThatWereNotThereInTheFirstRoundAreCounted() throws IOException {
    precopy.first(CONTAINER, ahead(), BlobStore.SILENT);
    long before = precopy.next(CONTAINER, ahead()).absent();
    process.order("map", 300);

    long absent = precopy.next(CONTAINER, ahead()).absent() - before;
    assertTrue(absent >= 300 * PAGE && absent < 400 * PAGE, () -> absent + " bytes");
  }

  @Test
  void processThatHasEndedSinceStaysAsItWas() throws Exception {
    Precopy.Round first = precopy.first(CONTAINER, ahead(), BlobStore.SILENT);
    end();

    assertEquals(new Precopy.Round(first.manifest(), 0, 0), precopy.next(CONTAINER, ahead()));
  }

  @Test
  void processThatEndsWhileItIsReadIsLeftOut() throws Exception {
    Path shown = folder.resolve("proc/4000000");
    Files.createDirectory(shown);
    Files.writeString(shown.resolve("cgroup"), "0::/docker/" + CONTAINER + "\n");
    Files.writeString(
        shown.resolve("stat"), "4000000 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 2 0 70 0");

    assertStored(precopy.first(CONTAINER, ahead(), BlobStore.SILENT));
  }

  @Test
  void roundThatWasCutOffIsNobodys() throws IOException {
    precopy.first(CONTAINER, ahead(), BlobStore.SILENT);
    Files.delete(ahead().resolve(pages()));
    try {
      precopy.next(CONTAINER, ahead());
    } catch (IOException e) {
      assertEquals(Optional.empty(), AheadFolder.manifest(ahead()));
    }
  }

  private void assertStored(Precopy.Round round) throws IOException {
    Path fetched = folder.resolve("fetched");
    new Manifests(blobs).materialise(round.manifest(), fetched, BlobStore.SILENT);
    for (ManifestFile file : round.manifest().getFilesList()) {
      assertEquals(
          -1, Files.mismatch(ahead().resolve(file.getName()), fetched.resolve(file.getName())));
    }
  }

  private byte[] page(int number) throws IOException {
    PageSource source = pagemap().locate(process.address() + (long) number * PAGE).orElseThrow();
    byte[] all = Files.readAllBytes(ahead().resolve(source.file()));
    return Arrays.copyOfRange(all, (int) source.offset(), (int) source.offset() + PAGE);
  }

  private Pagemap pagemap() throws IOException {
    ImageName name = ImageName.of(ImageKind.PAGEMAP, process.pid());
    return Pagemap.decode(ImageFolder.of(ahead()).entries(name), PAGE, pages());
  }

  private static String pages() {
    return ImageName.of(ImageKind.PAGES, 1).fileName();
  }

  private static byte[] filled(int content) {
    byte[] page = new byte[PAGE];
    Arrays.fill(page, (byte) content);
    return page;
  }
}
