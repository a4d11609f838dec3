package io.godwit.checkpointer.pages;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.blob.BlobStore;
import io.godwit.blob.Manifests;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.testing.FolderBlobs;
import io.godwit.contract.ManifestFile;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.PageRun.PageSource;
import io.godwit.criu.Pagemap;
import io.godwit.pages.AheadFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The memory of a child of this test, which the kernel shows, goes ahead. */
final class PrecopyTest {
  private static final String CONTAINER = "0123456789abcdef".repeat(4);
  private static final int PAGE = 4096;
  private static final int PAGES = 512;

  /** Has memory of its own, tells where, and does with it what it is told. */
  private static final String PROGRAM =
      """
      import ctypes, sys
      libc = ctypes.CDLL(None)
      libc.mmap.restype = ctypes.c_void_p
      libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
      libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
      size = %d
      at = libc.mmap(None, size, 3, 0x22, -1, 0)
      for offset in range(0, size, 4096):
          ctypes.memset(at + offset, 1 + offset // 4096 %% 250, 4096)
      print(at, flush=True)
      for line in sys.stdin:
          if line.startswith('write'):
              ctypes.memset(at + 40 * 4096, 255, 4096)
          else:
              libc.munmap(at + size // 2, size // 2)
          print('done', flush=True)
      """
          .formatted(PAGES * PAGE);

  @TempDir private Path folder;
  private Process process;
  private Writer orders;
  private BufferedReader answers;
  private long address;
  private Precopy precopy;
  private BlobStore blobs;

  @BeforeEach
  void start() throws IOException {
    process = new ProcessBuilder("python3", "-c", PROGRAM).start();
    orders = process.outputWriter();
    answers = process.inputReader();
    address = Long.parseLong(Optional.ofNullable(answers.readLine()).orElseThrow());
    Path proc = Files.createDirectory(folder.resolve("proc"));
    show(proc, process.pid());
    blobs = new FolderBlobs(folder.resolve("blobs"));
    precopy = new Precopy(new ProcFs(proc), proc, blobs, PAGE);
  }

  @AfterEach
  void end() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  private Path ahead() {
    return folder.resolve("ahead");
  }

  /** The child's own files, in a container's cgroup. */
  private static void show(Path proc, long pid) throws IOException {
    Path shown = Files.createDirectory(proc.resolve(Long.toString(pid)));
    Path real = Path.of("/proc").resolve(Long.toString(pid));
    for (String name : List.of("stat", "status", "smaps", "pagemap", "mem")) {
      Files.createSymbolicLink(shown.resolve(name), real.resolve(name));
    }
    Files.writeString(shown.resolve("cgroup"), "0::/docker/" + CONTAINER + "\n");
  }

  private void order(String what) throws IOException {
    orders.write(what + "\n");
    orders.flush();
    assertEquals("done", answers.readLine());
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
    order("write");
    Precopy.Round second = precopy.next(CONTAINER, ahead());

    assertArrayEquals(filled(255), page(40));
    assertArrayEquals(filled(42), page(41));
    assertTrue(second.bytes() >= PAGE && second.bytes() < first.bytes() / 2, second::toString);
    assertStored(second);
  }

  @Test
  void memoryThatWasUnmappedSinceIsNotSentAgain() throws IOException {
    Precopy.Round first = precopy.first(CONTAINER, ahead(), BlobStore.SILENT);
    order("unmap");
    Precopy.Round second = precopy.next(CONTAINER, ahead());

    assertTrue(second.bytes() < first.bytes() / 2, second::toString);
    assertArrayEquals(filled(1 + (PAGES - 1) % 250), page(PAGES - 1));
    assertStored(second);
  }

  @Test
  void processThatHasEndedSinceStaysAsItWas() throws Exception {
    Precopy.Round first = precopy.first(CONTAINER, ahead(), BlobStore.SILENT);
    end();

    assertEquals(new Precopy.Round(first.manifest(), 0), precopy.next(CONTAINER, ahead()));
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
    PageSource source = pagemap().locate(address + (long) number * PAGE).orElseThrow();
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
