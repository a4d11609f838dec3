package io.godwit.standalone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.blob.Blob;
import io.godwit.blob.BlobException;
import io.godwit.blob.BlobStore;
import io.godwit.blob.Grants;
import io.godwit.blob.S3BlobStore;
import io.godwit.contract.BlobGrant;
import io.godwit.standalone.Stores.S3;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * Blobs by the URLs that come with records, for a device whose own keys the store does not know.
 */
@ParameterizedClass
@ArgumentsSource(Stores.class)
class BlobUrlsIT {
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir private Path folder;
  @Parameter private S3 s3;
  private final String bucket = "urls-" + UUID.randomUUID();
  private final Grants grants = new Grants(Clock.systemUTC());
  private S3BlobStore host;
  private S3BlobStore stranger;
  private BlobStore device;

  @BeforeEach
  void open() {
    host = store(s3.endpoint().toString(), Stores.SECRET_KEY);
    stranger = store(s3.endpoint().toString(), "no secret of this store's");
    device = stranger.ofDevice("pi", grants);
  }

  @AfterEach
  void close() {
    host.close();
    stranger.close();
  }

  private S3BlobStore store(String endpoint, String secret) {
    return Stores.client(endpoint, bucket, secret, new SimpleMeterRegistry());
  }

  private void grant(Blob blob, S3BlobStore signer, Duration valid) throws IOException {
    grants.take(
        List.of(
            BlobGrant.newBuilder()
                .setSha256(blob.sha256())
                .setFolder(blob.folder())
                .setUrl(signer.url(blob, valid))
                .build()));
  }

  @Test
  void whoHasTheUrlReadsThatBlobAndNoOther() throws Exception {
    byte[] bytes = Stores.random(3 << 20);
    Blob blob = host.put(bytes);
    Blob other = host.put(Stores.random(100));
    assertThrows(BlobException.class, () -> device.open(blob).close());
    grant(blob, host, HOUR);
    device.fetch(blob, folder.resolve("fetched"), BlobStore.SILENT);
    assertArrayEquals(bytes, Files.readAllBytes(folder.resolve("fetched")));
    assertArrayEquals(
        Arrays.copyOfRange(bytes, 1_000_000, 1_000_010), device.read(blob, 1_000_000, 10));
    assertArrayEquals(Arrays.copyOfRange(bytes, 0, 10), device.read(blob, 0, 10));
    assertThrows(BlobException.class, () -> device.open(other).close());
  }

  @Test
  void urlMadeUnderAnotherNameOfTheStoreIsReadAtTheOneThatTheDeviceKnows() throws Exception {
    Blob blob = host.put(Stores.random(1000));
    try (S3BlobStore elsewhere = store("https://store.example:9443", Stores.SECRET_KEY)) {
      grant(blob, elsewhere, HOUR);
    }
    try (InputStream in = device.open(blob)) {
      assertArrayEquals(Stores.random(1000), in.readAllBytes());
    }
  }

  @Test
  void urlThatIsTooOldIsAnErrorThatSaysSoAndDoesNotShowIt() throws Exception {
    Blob blob = host.put(Stores.random(1000));
    grant(blob, host, Duration.ofSeconds(1));
    String message =
        Awaitility.await("the URL to be too old")
            .until(
                () -> {
                  try (InputStream in = device.open(blob)) {
                    return "still read " + in.readAllBytes().length;
                  } catch (BlobException e) {
                    return e.getMessage();
                  }
                },
                said -> !said.startsWith("still"));
    assertTrue(message.startsWith("the right to read blob sha256/" + blob.sha256()), message);
    assertTrue(message.toLowerCase(java.util.Locale.ROOT).contains("expired"), message);
    assertFalse(message.contains("Signature"), message);
  }

  @Test
  void whatADeviceStoresLiesInItsFolderAndIsItsOwnBlob() throws Exception {
    BlobStore pi = host.ofDevice("pi", grants);
    Blob large = pi.put(Stores.random((1 << 20) + 1));
    assertEquals("from/pi/", large.folder());
    assertEquals(large, pi.put(Stores.random((1 << 20) + 1)));
    assertArrayEquals(Stores.random((1 << 20) + 1), host.open(large).readAllBytes());
    Blob atTheRoot = new Blob(large.sha256(), large.size());
    assertThrows(BlobException.class, () -> host.open(atTheRoot).close());
  }
}
