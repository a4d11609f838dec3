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
import io.godwit.service.Settings;
import io.godwit.setup.store.Keys;
import io.godwit.setup.store.StoreRole;
import io.godwit.setup.store.StoreSetup;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.minio.MinioClient;
import io.minio.SetBucketVersioningArgs;
import io.minio.messages.VersioningConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What each service's and device's keys open in MinIO, once {@code godwit setup store} was there.
 */
@ExtendWith(Stores.OfMinio.class)
class StoreRolesIT {
  private static final List<StoreRole> ROLES =
      List.of(
          StoreRole.checkpointer(),
          StoreRole.converter(),
          StoreRole.device("pi"),
          StoreRole.device("other"));

  @TempDir private Path folder;
  private final Stores.S3 s3;
  private final String bucket = "roles-" + UUID.randomUUID();
  private final List<String> said = new ArrayList<>();
  private final List<S3BlobStore> open = new ArrayList<>();
  private StoreSetup setup;

  StoreRolesIT(Stores.S3 s3) {
    this.s3 = s3;
  }

  @BeforeEach
  void prepare() {
    setup =
        new StoreSetup(
            new StoreSetup.Place(
                s3.endpoint(), "us-east-1", bucket, new Keys(Stores.ACCESS_KEY, Stores.SECRET_KEY)),
            said::add,
            Clock.systemUTC());
  }

  @AfterEach
  void close() {
    open.forEach(S3BlobStore::close);
  }

  private StoreSetup.Wish wish(boolean dryRun) {
    return new StoreSetup.Wish(ROLES, Optional.of(folder.resolve("keys")), dryRun);
  }

  private S3BlobStore as(String role) throws IOException {
    S3BlobStore store =
        new S3BlobStore(
            new Settings(
                Map.of(
                    "GODWIT_S3_ENDPOINT",
                    s3.endpoint().toString(),
                    "GODWIT_S3_BUCKET",
                    bucket,
                    "GODWIT_S3_ACCESS_KEY_FILE",
                    folder.resolve("keys/s3-%s-access-key".formatted(role)).toString(),
                    "GODWIT_S3_SECRET_KEY_FILE",
                    folder.resolve("keys/s3-%s-secret-key".formatted(role)).toString())),
            new SimpleMeterRegistry());
    open.add(store);
    return store;
  }

  @Test
  void everyRoleDoesItsWorkAndASecondDeviceGetsNothingOfTheFirst() throws Exception {
    assertEquals(List.of(), setup.make(wish(false)), said::toString);
    S3BlobStore checkpointer = as("checkpointer");
    S3BlobStore converter = as("converter");
    Grants piMay = new Grants(Clock.systemUTC());
    BlobStore pi = as("device-pi").ofDevice("pi", piMay);
    BlobStore other = as("device-other").ofDevice("other", new Grants(Clock.systemUTC()));

    Path image = Files.write(folder.resolve("image"), Stores.random(20 << 20));
    Blob archive = checkpointer.put(image, BlobStore.SILENT);
    assertEquals(archive, checkpointer.put(image, BlobStore.SILENT));
    Blob template = pi.put(Stores.random(2 << 20));
    assertEquals(template, pi.put(Stores.random(2 << 20)));
    assertArrayEquals(Stores.random(2 << 20), converter.open(template).readAllBytes());
    Blob converted = converter.put(Stores.random(3000));
    for (S3BlobStore signer : List.of(checkpointer, converter)) {
      piMay.take(
          List.of(
              BlobGrant.newBuilder()
                  .setSha256(archive.sha256())
                  .setUrl(signer.url(archive, Duration.ofMinutes(5)))
                  .build()));
      pi.fetch(archive, folder.resolve("at-the-device"), BlobStore.SILENT);
      assertEquals(-1, Files.mismatch(image, folder.resolve("at-the-device")));
    }
    assertTrue(
        assertThrows(
                BlobException.class, () -> converter.open(new Blob("ab".repeat(32), 5)).close())
            .getMessage()
            .endsWith(" is missing"));

    for (Blob first : List.of(archive, template, converted)) {
      assertThrows(BlobException.class, () -> other.open(first).close());
      assertThrows(BlobException.class, () -> other.read(first, 0, 10));
    }
    // Its own keys let it store where it says that it is at home, and nowhere else.
    S3BlobStore impostor = as("device-other");
    assertThrows(BlobException.class, () -> impostor.put(Stores.random(10)));
    assertThrows(
        BlobException.class,
        () -> impostor.ofDevice("pi", new Grants(Clock.systemUTC())).put(Stores.random(10)));
    assertThrows(BlobException.class, () -> checkpointer.open(template).close());
  }

  @Test
  void dryRunChangesNothingAndDoneAgainItKeepsTheKeys() throws Exception {
    setup.make(wish(true));
    assertFalse(Files.exists(folder.resolve("keys")));
    assertTrue(said.getFirst().endsWith("would be made"), said.toString());
    assertEquals(List.of(), setup.make(wish(false)), said::toString);
    List<String> keys = keys();
    assertEquals(List.of(), setup.make(wish(false)), said::toString);
    assertEquals(keys, keys());
    assertEquals(8, keys.size());
  }

  private List<String> keys() throws IOException {
    List<String> contents = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder.resolve("keys"))) {
      for (Path file : files.sorted().toList()) {
        contents.add(file.getFileName() + " " + Files.readString(file));
      }
    }
    return contents;
  }

  @Test
  void whatIsWrongIsNamed() throws Exception {
    setup.make(wish(false));
    // As if the operator had given a device the converter's keys.
    for (String half : List.of("access", "secret")) {
      Files.copy(
          folder.resolve("keys/s3-converter-%s-key".formatted(half)),
          folder.resolve("keys/s3-device-third-%s-key".formatted(half)));
    }
    try (MinioClient operator =
        MinioClient.builder()
            .endpoint(s3.endpoint().toString())
            .credentials(Stores.ACCESS_KEY, Stores.SECRET_KEY)
            .build()) {
      operator.setBucketVersioning(
          SetBucketVersioningArgs.builder()
              .bucket(bucket)
              .config(
                  new VersioningConfiguration(
                      VersioningConfiguration.Status.ENABLED, null, null, false))
              .build());
    }
    List<String> problems =
        setup.make(
            new StoreSetup.Wish(
                List.of(StoreRole.device("third")), Optional.of(folder.resolve("keys")), true));
    assertTrue(problems.getFirst().startsWith("Versioning is on"), problems.toString());
    assertTrue(
        problems.containsAll(
            List.of(
                "device-third can store under sha256/, and must not.",
                "device-third can read under sha256/, and must not.",
                "device-third cannot store under from/third/sha256/, and must.",
                "device-third can list what is there, and must not.")),
        problems.toString());
  }
}
