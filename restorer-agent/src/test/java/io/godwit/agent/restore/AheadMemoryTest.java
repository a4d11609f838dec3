package io.godwit.agent.restore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.agent.state.Boot;
import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.StateFolder;
import io.godwit.blob.Blob;
import io.godwit.blob.BlobStore;
import io.godwit.blob.Manifests;
import io.godwit.contract.Manifest;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.Segment;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.PagemapEntry;
import io.godwit.pages.Layers;
import io.godwit.pages.Segments;
import io.godwit.service.Threads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory that came ahead is used as far as it is the checkpoint's, and no further. */
final class AheadMemoryTest {
  private static final int PAGE = 4096;
  private static final long START = 0x10000;
  private static final ImageName PAGEMAP = ImageName.of(ImageKind.PAGEMAP, 1);

  private final MigrationId id = new MigrationId(UUID.randomUUID().toString());

  @TempDir private Path folder;
  private StateFolder state;
  private CountingBlobs blobs;
  private AheadMemory memory;

  @BeforeEach
  void start() throws IOException {
    state = new StateFolder(folder.resolve("state"), new Boot("this", Instant.EPOCH));
    blobs = new CountingBlobs();
    memory = new AheadMemory(new Manifests(blobs), state, PAGE, Threads.SYSTEM);
  }

  @Test
  void laterRoundFetchesOnlyWhatIsOther() throws IOException {
    Manifest first = round(segment(blobs.put(pages(1, 2, 3, 4))));
    memory.hold(id, first);
    assertArrayEquals(pages(1, 2, 3, 4), ahead("pages-1.img"));

    Blob other = blobs.put(pages(9, 8));
    Manifest second =
        round(
            Segments.replace(
                    Manifests.segments(file(first, "pages-1.img")),
                    List.of(
                        new Segments.Change(0, part(other, 1, 1)),
                        new Segments.Change(2 * PAGE, part(other, 0, 1))))
                .toArray(Segment[]::new));
    blobs.opened().clear();
    memory.hold(id, second);

    assertArrayEquals(pages(8, 2, 9, 4), ahead("pages-1.img"));
    assertEquals(List.of(other), blobs.opened());
  }

  @Test
  void sameRoundTwiceFetchesNothing() throws IOException {
    Manifest first = round(segment(blobs.put(pages(1, 2))));
    memory.hold(id, first);
    blobs.opened().clear();
    memory.hold(id, first);

    assertEquals(List.of(), blobs.opened());
  }

  @Test
  void roundOfOtherPagesIsFetchedAnew() throws IOException {
    memory.hold(id, round(segment(blobs.put(pages(1, 2, 3)))));
    memory.hold(id, round(segment(blobs.put(pages(7)))));

    assertArrayEquals(pages(7), ahead("pages-1.img"));
  }

  @Test
  void imagesReferToWhatIsHereAndTheRestIsFetched() throws IOException {
    Blob known = blobs.put(pages(1, 2, 3, 4));
    memory.hold(id, round(segment(known)));
    Blob other = blobs.put(pages(9));
    Manifest images =
        images(5, part(known, 0, 1), segment(other), part(known, 2, 2), segment(other));
    blobs.opened().clear();
    memory.materialise(id, images, state.images(id), BlobStore.SILENT);

    assertArrayEquals(pages(9, 9), Files.readAllBytes(state.images(id).resolve("pages-7.img")));
    assertEquals(
        List.of(
            Layers.entry(START, 1, PagemapEntry.PE_PARENT),
            Layers.entry(START + PAGE, 1, PagemapEntry.PE_PRESENT),
            Layers.entry(START + 2 * PAGE, 2, PagemapEntry.PE_PARENT),
            Layers.entry(START + 4 * PAGE, 1, PagemapEntry.PE_PRESENT)),
        entries());
    assertArrayEquals(
        pages(1, 2, 3, 4), Files.readAllBytes(state.images(id).resolve("parent/pages-1.img")));
    assertFalse(blobs.opened().contains(known));
    assertTrue(memory.bytesToFetch(id, images) < 2 * PAGE);
  }

  @Test
  void imagesWithNothingAheadAreWhole() throws IOException {
    memory.materialise(
        id, images(1, segment(blobs.put(pages(5)))), state.images(id), BlobStore.SILENT);

    assertArrayEquals(pages(5), Files.readAllBytes(state.images(id).resolve("pages-7.img")));
    assertFalse(Files.exists(state.images(id).resolve(Layers.PARENT), LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void damagedRoundIsRefusedAndNothingOfItIsUsed() throws IOException {
    Blob known = blobs.put(pages(1, 2));
    memory.hold(id, round(segment(known)));
    Blob damaged = new Blob("0".repeat(64), PAGE);
    assertThrows(
        IOException.class, () -> memory.hold(id, round(part(known, 0, 1), segment(damaged))));
    memory.materialise(id, images(2, segment(known)), state.images(id), BlobStore.SILENT);

    assertArrayEquals(pages(1, 2), Files.readAllBytes(state.images(id).resolve("pages-7.img")));
    assertEquals(List.of(Layers.entry(START, 2, PagemapEntry.PE_PRESENT)), entries());
  }

  @Test
  void roundThatComesAfterTheImagesChangesNothingBelowThem() throws IOException {
    Blob known = blobs.put(pages(1, 2));
    memory.hold(id, round(segment(known)));
    memory.materialise(id, images(2, segment(known)), state.images(id), BlobStore.SILENT);
    Manifest late = round(segment(blobs.put(pages(3, 4))));

    IOException e = assertThrows(IOException.class, () -> memory.hold(id, late));

    assertTrue(e.getMessage().contains("checkpoint has come before"), e.getMessage());
    assertArrayEquals(pages(1, 2), ahead("pages-1.img"));
  }

  /** A round of a process's pages from {@link #START} on. */
  private Manifest round(Segment... segments) throws IOException {
    long bytes = Arrays.stream(segments).mapToLong(Segment::getLength).sum();
    return manifest(pagemap(1, bytes / PAGE), "pages-1.img", segments);
  }

  private Manifest images(long pages, Segment... segments) throws IOException {
    return manifest(pagemap(7, pages), "pages-7.img", segments);
  }

  private static byte[] pagemap(long pagesId, long pages) {
    return Layers.pagemap(
            PAGEMAP, pagesId, List.of(Layers.entry(START, pages, PagemapEntry.PE_PRESENT)))
        .encode()
        .toByteArray();
  }

  private Manifest manifest(byte[] pagemap, String pages, Segment... segments) throws IOException {
    return Manifest.newBuilder()
        .addFiles(
            ManifestFile.newBuilder()
                .setName(PAGEMAP.fileName())
                .setBlob(blobs.put(pagemap).toRef()))
        .addFiles(ManifestFile.newBuilder().setName(pages).addAllSegments(List.of(segments)))
        .build();
  }

  private byte[] ahead(String name) throws IOException {
    return Files.readAllBytes(state.staging(id).resolve("ahead").resolve(name));
  }

  private List<Message> entries() throws IOException {
    List<Message> messages = ImageFolder.of(state.images(id)).entries(PAGEMAP).messages();
    return messages.subList(1, messages.size());
  }

  private static ManifestFile file(Manifest manifest, String name) {
    return manifest.getFilesList().stream()
        .filter(file -> file.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Segment segment(Blob blob) {
    return part(blob, 0, blob.size() / PAGE);
  }

  private static Segment part(Blob blob, long page, long pages) {
    return Segment.newBuilder()
        .setBlob(blob.toRef())
        .setOffset(page * PAGE)
        .setLength(pages * PAGE)
        .build();
  }

  private static byte[] pages(int... contents) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int content : contents) {
      byte[] page = new byte[PAGE];
      Arrays.fill(page, (byte) content);
      bytes.writeBytes(page);
    }
    return bytes.toByteArray();
  }
}
