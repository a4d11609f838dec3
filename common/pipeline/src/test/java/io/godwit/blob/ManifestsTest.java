package io.godwit.blob;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.BlobRef;
import io.godwit.contract.Manifest;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.Segment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused before a blob is asked for. */
class ManifestsTest {
  private static final BlobRef BLOB =
      BlobRef.newBuilder().setSha256("0f".repeat(32)).setSize(10).build();

  private static ManifestFile.Builder file(String name) {
    return ManifestFile.newBuilder().setName(name);
  }

  private static Manifest manifest(ManifestFile.Builder... files) {
    Manifest.Builder manifest = Manifest.newBuilder();
    for (ManifestFile.Builder file : files) {
      manifest.addFiles(file);
    }
    return manifest.build();
  }

  private static String refusal(ManifestFile.Builder... files) {
    return assertThrows(BlobException.class, () -> Manifests.check(manifest(files))).getMessage();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "/", "a/b", "/etc/passwd", "../x", "a/..", "x\0y", "dir/"})
  void nameThatCouldLeaveItsFolderIsRefused(String name) {
    assertTrue(
        refusal(file(name).setBlob(BLOB)).contains("a name is one path element"), () -> name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"...", "..a", "core-1.img", "a b", "é", "-x", "a\\b"})
  void ordinaryNamesAreTaken(String name) {
    assertDoesNotThrow(() -> Manifests.check(manifest(file(name).setBlob(BLOB))));
  }

  @Test
  void nameIsAtMost255BytesLong() {
    assertDoesNotThrow(() -> Manifests.check(manifest(file("x".repeat(255)).setBlob(BLOB))));
    assertTrue(refusal(file("x".repeat(256)).setBlob(BLOB)).contains("at most 255 bytes"));
    assertTrue(refusal(file("é".repeat(128)).setBlob(BLOB)).contains("at most 255 bytes"));
  }

  @Test
  void sameNameTwiceIsRefused() {
    assertEquals(
        "the manifest names the file 'a' twice",
        refusal(file("a").setBlob(BLOB), file("a").setBlob(BLOB)));
  }

  @Test
  void contentIsABlobOrSegmentsAndNotBothOrNone() {
    assertEquals("the manifest gives the file 'a' no content", refusal(file("a")));
    assertEquals(
        "the manifest gives the file 'a' a blob and segments",
        refusal(file("a").setBlob(BLOB).addSegments(Segment.newBuilder().setBlob(BLOB))));
  }

  @Test
  void digestThatIsNoneIsRefusedWithTheFile() {
    BlobRef wrong = BlobRef.newBuilder().setSha256("../x").build();
    assertTrue(
        refusal(file("a").setBlob(wrong))
            .startsWith("the manifest's file 'a': not a SHA-256 digest"));
    BlobRef negative = BLOB.toBuilder().setSize(-1).build();
    assertTrue(refusal(file("a").setBlob(negative)).contains("size cannot be -1"));
  }

  @ParameterizedTest
  @CsvSource({"0, 11", "10, 1", "11, 0", "-1, 1", "1, -1", "5, 9223372036854775807", "-1, -1"})
  void segmentOutsideItsBlobIsRefused(long offset, long length) {
    Segment segment =
        Segment.newBuilder().setBlob(BLOB).setOffset(offset).setLength(length).build();
    assertTrue(
        refusal(file("a").addSegments(segment))
            .endsWith("out of blob " + BLOB.getSha256() + ", which has 10"));
  }

  @ParameterizedTest
  @CsvSource({"0, 10", "10, 0", "3, 7"})
  void segmentWithinItsBlobIsTaken(long offset, long length) {
    Segment segment =
        Segment.newBuilder().setBlob(BLOB).setOffset(offset).setLength(length).build();
    assertDoesNotThrow(() -> Manifests.check(manifest(file("a").addSegments(segment))));
  }

  @Test
  void blobOfSeveralPlacesIsFetchedOnce() throws Exception {
    Segment segment = Segment.newBuilder().setBlob(BLOB).setLength(1).build();
    assertEquals(
        10,
        Manifests.bytesToFetch(
            manifest(
                file("a").addSegments(segment).addSegments(segment),
                file("b").addSegments(segment),
                file("c").setBlob(BLOB))));
  }
}
