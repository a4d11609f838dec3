package io.godwit.standalone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.blob.Blob;
import io.godwit.blob.BlobException;
import io.godwit.blob.S3BlobStore;
import io.godwit.service.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.MinIOContainer;
import org.testcontainers.utility.DockerImageName;

/** MinIO on a disk that is soon full. */
class FullStoreIT {
  private static final int BLOB = 8 << 20;

  /** More than fit. */
  private static final int BLOBS = 16;

  private static byte[] random(int seed) {
    byte[] bytes = new byte[BLOB];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void fullStoreSaysSoAndWhatItHasStaysReadable() throws Exception {
    try (MinIOContainer minio =
        new MinIOContainer(DockerImageName.parse(Images.of("minio", "minio")))
            .withUserName(Stores.ACCESS_KEY)
            .withPassword(Stores.SECRET_KEY)) {
      minio.withTmpFs(Map.of("/data", "rw,size=64m")).start();
      try (S3BlobStore store =
          new S3BlobStore(
              new Settings(
                  Map.of(
                      "GODWIT_S3_ENDPOINT",
                      minio.getS3URL(),
                      "GODWIT_S3_ACCESS_KEY",
                      Stores.ACCESS_KEY,
                      "GODWIT_S3_SECRET_KEY",
                      Stores.SECRET_KEY)),
              new SimpleMeterRegistry())) {
        Blob first = store.put(random(0));
        String message =
            assertThrows(
                    BlobException.class,
                    () -> {
                      for (int i = 1; i < BLOBS; i++) {
                        store.put(random(i));
                      }
                    })
                .getMessage();
        assertTrue(message.startsWith("storing blob sha256/"), message);
        assertTrue(
            message.matches("(?s).*(no space left on device|free drive threshold).*"), message);
        assertArrayEquals(random(0), store.open(first).readAllBytes());
      }
    }
  }
}
