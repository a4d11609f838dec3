package io.godwit.standalone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.blob.Blob;
import io.godwit.blob.BlobException;
import io.godwit.blob.BlobStore;
import io.godwit.blob.Manifests;
import io.godwit.blob.S3BlobStore;
import io.godwit.contract.Manifest;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.Segment;
import io.godwit.standalone.Stores.S3;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** What a blob store is, on every store that there is. */
@ParameterizedClass
@ArgumentsSource(Stores.class)
class BlobsIT {
  @TempDir private Path folder;
  @Parameter private S3 s3;
  private final String bucket = "blobs-" + UUID.randomUUID();
  private S3BlobStore store;
  private final MeterRegistry metrics = new SimpleMeterRegistry();

  @BeforeEach
  void open() {
    store = store(Stores.SECRET_KEY);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private S3BlobStore store(String secret) {
    return Stores.client(s3.endpoint().toString(), bucket, secret, metrics);
  }

  private Path file(String name, byte[] bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private double count(String metric) {
    return metrics.get(metric).counter().count();
  }

  /** Other bytes stand under a blob's name. */
  private void replace(Blob blob, byte[] bytes) throws Exception {
    try (MinioClient client =
        MinioClient.builder()
            .endpoint(s3.endpoint().toString())
            .credentials(Stores.ACCESS_KEY, Stores.SECRET_KEY)
            .build()) {
      client.putObject(
          PutObjectArgs.builder().bucket(bucket).object("sha256/" + blob.sha256()).stream(
                  new ByteArrayInputStream(bytes), (long) bytes.length, -1L)
              .build());
    }
  }

  @Test
  void whatIsPutIsFetchedAlsoInSeveralParts() throws Exception {
    byte[] bytes = Stores.random(40 << 20);
    List<Long> sent = new ArrayList<>();
    List<Long> fetched = new ArrayList<>();
    Blob blob = store.put(file("big", bytes), sent::add);
    Path into = folder.resolve("new/again");
    store.fetch(blob, into, fetched::add);
    assertArrayEquals(bytes, Files.readAllBytes(into));
    assertEquals(40L << 20, sent.getLast());
    assertEquals(40L << 20, fetched.getLast());
    try (Stream<Path> files = Files.list(into.getParent())) {
      assertEquals(List.of(into), files.toList());
    }
  }

  @Test
  void largeBlobThatIsThereIsNotSentAgain() throws Exception {
    byte[] large = Stores.random((1 << 20) + 1);
    Path file = file("a", large);
    Blob first = store.put(file, BlobStore.SILENT);
    assertEquals(first, store.put(file, BlobStore.SILENT));
    assertEquals(first, store.put(large));
    assertEquals(1.0 * large.length, count("godwit.blobs.sent"));
    assertEquals(2.0 * large.length, count("godwit.blobs.spared"));
  }

  @Test
  void smallBlobIsSentWithoutAskingWhetherItIsThere() throws Exception {
    Path file = file("a", Stores.random(1000));
    assertEquals(store.put(file, BlobStore.SILENT), store.put(Stores.random(1000)));
    assertEquals(2000.0, count("godwit.blobs.sent"));
    assertEquals(0.0, count("godwit.blobs.spared"));
  }

  @Test
  void emptyBlobIsABlob() throws Exception {
    Blob blob = store.put(new byte[0]);
    store.fetch(blob, folder.resolve("empty"), BlobStore.SILENT);
    assertEquals(0, Files.size(folder.resolve("empty")));
    assertEquals(0, store.read(blob, 0, 0).length);
  }

  @Test
  void damagedBlobIsNamed() throws Exception {
    byte[] bytes = Stores.random(1000);
    Blob blob = store.put(bytes);
    bytes[500] ^= 1;
    replace(blob, bytes);
    Path into = folder.resolve("into");
    String message =
        assertThrows(BlobException.class, () -> store.fetch(blob, into, BlobStore.SILENT))
            .getMessage();
    assertTrue(message.contains(blob.sha256()), message);
    assertTrue(message.contains(" is damaged: its SHA-256 is "), message);
    assertTrue(message.contains(s3.endpoint().toString()), message);
    assertFalse(Files.exists(into));
    try (InputStream in = store.open(blob)) {
      assertThrows(BlobException.class, in::readAllBytes);
    }
  }

  @Test
  void blobThatIsTooShortIsNamedAndPutAgain() throws Exception {
    byte[] bytes = Stores.random(1000);
    Blob blob = store.put(bytes);
    replace(blob, Stores.random(999));
    String message =
        assertThrows(
                BlobException.class,
                () -> store.fetch(blob, folder.resolve("into"), BlobStore.SILENT))
            .getMessage();
    assertTrue(message.contains(blob.sha256()), message);
    store.put(bytes);
    store.fetch(blob, folder.resolve("into"), BlobStore.SILENT);
    assertArrayEquals(bytes, Files.readAllBytes(folder.resolve("into")));
  }

  @Test
  void missingBlobIsNamed() throws Exception {
    Blob missing = new Blob("ab".repeat(32), 5);
    String noBucket =
        assertThrows(BlobException.class, () -> store.open(missing).close()).getMessage();
    assertEquals(
        "blob sha256/%s at %s is missing: there is no bucket %s"
            .formatted(missing.sha256(), s3.endpoint(), bucket),
        noBucket);
    store.put(bytes("another"));
    String message =
        assertThrows(
                BlobException.class,
                () -> store.fetch(missing, folder.resolve("x"), BlobStore.SILENT))
            .getMessage();
    assertEquals(
        "blob sha256/%s at %s is missing".formatted(missing.sha256(), s3.endpoint()), message);
  }

  @Test
  void partOfABlobIsRead() throws Exception {
    Blob blob = store.put(bytes("0123456789"));
    assertArrayEquals(bytes("345"), store.read(blob, 3, 3));
    assertArrayEquals(bytes("9"), store.read(blob, 9, 1));
    assertThrows(BlobException.class, () -> store.read(blob, 8, 3));
    assertThrows(BlobException.class, () -> store.read(blob, -1, 3));
    assertThrows(BlobException.class, () -> store.read(blob, Long.MAX_VALUE, 3));
  }

  @Test
  void storeThatIsAwayIsAnErrorThatNamesIt() throws Exception {
    s3.stop();
    try {
      String message = assertThrows(BlobException.class, () -> store.put(bytes("x"))).getMessage();
      assertTrue(message.startsWith("storing blob sha256/"), message);
      assertTrue(message.contains(s3.endpoint().toString()), message);
    } finally {
      s3.start();
    }
  }

  @Test
  void wrongCredentialsAreAnError() {
    try (S3BlobStore wrong = store("a guess at it")) {
      String message = assertThrows(BlobException.class, () -> wrong.put(bytes("x"))).getMessage();
      assertTrue(message.startsWith("storing blob sha256/"), message);
      assertTrue(message.contains(" failed: "), message);
    }
  }

  @Test
  void dataSurvivesRestartAndTheSameClientGoesOn() throws Exception {
    Blob blob = store.put(bytes("kept"));
    s3.stop();
    s3.start();
    try (InputStream in = store.open(blob)) {
      assertArrayEquals(bytes("kept"), in.readAllBytes());
    }
  }

  @Test
  void folderTravelsAsAManifest() throws Exception {
    file("out/pages-1.img", Stores.random(300_000));
    file("out/core-1.img", Stores.random(900));
    file("out/empty.img", new byte[0]);
    Manifests manifests = new Manifests(store);
    Manifest manifest = manifests.upload(folder.resolve("out"), BlobStore.SILENT);
    assertEquals(
        List.of("core-1.img", "empty.img", "pages-1.img"),
        manifest.getFilesList().stream().map(ManifestFile::getName).toList());
    List<Long> progress = new ArrayList<>();
    manifests.materialise(manifest, folder.resolve("in"), progress::add);
    for (ManifestFile file : manifest.getFilesList()) {
      assertArrayEquals(
          Files.readAllBytes(folder.resolve("out").resolve(file.getName())),
          Files.readAllBytes(folder.resolve("in").resolve(file.getName())));
    }
    assertEquals(Manifests.bytesToFetch(manifest), progress.getLast());
  }

  @Test
  void fileIsAssembledFromSegmentsOfVerifiedBlobs() throws Exception {
    Blob source = store.put(bytes("0123456789"));
    Blob template = store.put(bytes("abcdef"));
    Manifest manifest =
        Manifest.newBuilder()
            .addFiles(
                ManifestFile.newBuilder()
                    .setName("pages-1.img")
                    .addSegments(segment(source, 2, 3))
                    .addSegments(segment(template, 0, 2))
                    .addSegments(segment(source, 0, 0))
                    .addSegments(segment(source, 9, 1)))
            .addFiles(ManifestFile.newBuilder().setName("whole").setBlob(source.toRef()))
            .build();
    Path into = folder.resolve("in");
    new Manifests(store).materialise(manifest, into, BlobStore.SILENT);
    assertEquals("234ab9", Files.readString(into.resolve("pages-1.img")));
    assertEquals("0123456789", Files.readString(into.resolve("whole")));
    try (Stream<Path> files = Files.list(into)) {
      assertEquals(2, files.count());
    }
    // The source's ten bytes are used by both files and fetched once; of the template all six.
    assertEquals(10 + 6, Manifests.bytesToFetch(manifest));
    replace(template, bytes("abcdeg"));
    assertThrows(
        BlobException.class,
        () -> new Manifests(store).materialise(manifest, folder.resolve("no"), BlobStore.SILENT));
    assertFalse(Files.exists(folder.resolve("no/pages-1.img")));
  }

  private static Segment segment(Blob blob, long offset, long length) {
    return Segment.newBuilder().setBlob(blob.toRef()).setOffset(offset).setLength(length).build();
  }
}
