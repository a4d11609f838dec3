package io.godwit.blob;

import io.godwit.service.Metric;
import io.godwit.service.Settings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.minio.BucketExistsArgs;
import io.minio.GetObjectArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.StatObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;

/**
 * Blobs in one bucket of an S3 store, with nothing asked of it but objects, ranges and multipart
 * uploads. A store that does not answer is an error within 30 seconds; trying again is the
 * caller's.
 */
public final class S3BlobStore implements BlobStore, AutoCloseable {
  private static final String PREFIX = "sha256/";
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** Without a byte going either way. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private static final long PART_BYTES = 16L << 20;
  private static final String MISSING_BUCKET = "NoSuchBucket";
  private static final Set<String> MISSING_OBJECT = Set.of("NoSuchKey", "NoSuchObject");
  private static final Set<String> BUCKET_IS_THERE =
      Set.of("BucketAlreadyOwnedByYou", "BucketAlreadyExists");

  private final MinioClient client;
  private final OkHttpClient http;
  private final String bucket;
  private final String endpoint;
  private final Counter sent;
  private final Counter spared;
  private final Counter fetched;
  private final AtomicBoolean bucketSeen = new AtomicBoolean();

  /** Speaks to nobody yet: the bucket is made when the first blob is put. */
  public S3BlobStore(Settings settings, MeterRegistry metrics) {
    this.endpoint = settings.s3Endpoint().toString();
    this.bucket = settings.s3Bucket();
    this.http =
        new OkHttpClient.Builder()
            .connectTimeout(CONNECT)
            .readTimeout(SILENCE)
            .writeTimeout(SILENCE)
            .socketFactory(new PromptSockets())
            .addInterceptor(new RequestTimes(metrics))
            .connectionPool(new ConnectionPool(4, 30, TimeUnit.SECONDS))
            .build();
    this.client =
        MinioClient.builder()
            .endpoint(endpoint)
            // Given, so that the client does not ask the store for it before each bucket.
            .region(settings.s3Region())
            .credentials(settings.s3AccessKey(), settings.s3SecretKey())
            .httpClient(http)
            .build();
    this.sent = Metric.BLOBS_SENT.counter(metrics);
    this.spared = Metric.BLOBS_SPARED.counter(metrics);
    this.fetched = Metric.BLOBS_FETCHED.counter(metrics);
  }

  @Override
  public Blob put(Path file, LongConsumer progress) throws IOException {
    Blob blob = Digests.of(file);
    if (isSpared(blob)) {
      progress.accept(blob.size());
      return blob;
    }
    try (InputStream in = Files.newInputStream(file)) {
      send(blob, in, progress, file.toString());
    }
    return blob;
  }

  @Override
  public Blob put(byte[] bytes) throws IOException {
    Blob blob = Digests.of(bytes);
    if (isSpared(blob)) {
      return blob;
    }
    try {
      upload(blob, new ByteArrayInputStream(bytes));
    } catch (MinioException e) {
      throw failure("storing", blob, e);
    }
    sent.increment((double) blob.size());
    return blob;
  }

  @Override
  public void fetch(Blob blob, Path into, LongConsumer progress) throws IOException {
    Digests.writeAtomically(
        into,
        out -> {
          try (InputStream in = open(blob, progress)) {
            in.transferTo(Channels.newOutputStream(out));
          }
        });
  }

  @Override
  public InputStream open(Blob blob) throws IOException {
    return open(blob, SILENT);
  }

  @Override
  public byte[] read(Blob blob, long offset, int length) throws IOException {
    if (offset < 0 || length < 0 || offset > blob.size() - length) {
      throw new BlobException(
          "%s has %d bytes, none at %d to %d"
              .formatted(where(blob), blob.size(), offset, offset + length));
    }
    if (length == 0) {
      return new byte[0];
    }
    GetObjectArgs range =
        GetObjectArgs.builder()
            .bucket(bucket)
            .object(key(blob))
            .offset(offset)
            .length((long) length)
            .build();
    byte[] bytes = new byte[length];
    try (InputStream in = ask(() -> client.getObject(range))) {
      int read = in.readNBytes(bytes, 0, length);
      if (read < length) {
        throw new BlobException(
            "%s is damaged: it ends at %d, expected %d bytes"
                .formatted(where(blob), offset + read, blob.size()));
      }
    } catch (MinioException e) {
      throw failure("reading", blob, e);
    } catch (BlobException e) {
      throw e;
    } catch (IOException e) {
      throw new BlobException("reading %s broke off: %s".formatted(where(blob), e.getMessage()), e);
    }
    fetched.increment(length);
    return bytes;
  }

  @Override
  public void close() {
    http.dispatcher().executorService().shutdown();
    http.connectionPool().evictAll();
  }

  private InputStream open(Blob blob, LongConsumer progress) throws IOException {
    long[] counted = {0};
    return new VerifyingInputStream(
        new ResumingInputStream(offset -> open(blob, offset), blob.size()),
        blob,
        where(blob),
        done -> {
          fetched.increment((double) (done - counted[0]));
          counted[0] = done;
          progress.accept(done);
        });
  }

  private InputStream open(Blob blob, long offset) throws IOException {
    GetObjectArgs.Builder from = GetObjectArgs.builder().bucket(bucket).object(key(blob));
    try {
      return ask(() -> client.getObject(offset == 0 ? from.build() : from.offset(offset).build()));
    } catch (MinioException e) {
      throw failure("fetching", blob, e);
    }
  }

  /** Whether nothing needs to be sent; after this there is a bucket. */
  private boolean isSpared(Blob blob) throws BlobException {
    makeBucket();
    // To ask whether a small one is there costs as much as to send it.
    boolean spare = blob.size() > ManifestWriter.PACK && isThere(blob);
    if (spare) {
      spared.increment((double) blob.size());
    }
    return spare;
  }

  private boolean isThere(Blob blob) throws BlobException {
    try {
      var found =
          ask(() ->
              client.statObject(StatObjectArgs.builder().bucket(bucket).object(key(blob)).build()));
      return found.size() == blob.size();
    } catch (ErrorResponseException e) {
      if (MISSING_OBJECT.contains(e.errorResponse().code())) {
        return false;
      }
      throw failure("looking for", blob, e);
    } catch (MinioException e) {
      throw failure("looking for", blob, e);
    }
  }

  /**
   * What is sent from a file is hashed again: one that changed meanwhile must not stand under the
   * digest.
   */
  private void send(Blob blob, InputStream in, LongConsumer progress, String what)
      throws IOException {
    VerifyingInputStream verifying = new VerifyingInputStream(in, blob, what, progress);
    try {
      upload(blob, verifying);
    } catch (MinioException e) {
      throw failure("storing", blob, e);
    }
    // The upload reads as many bytes as were announced and not the end, which is what compares.
    try {
      if (verifying.read() >= 0) {
        throw new BlobException(what + " has grown while it was stored");
      }
    } catch (BlobException changed) {
      remove(blob, changed);
      throw new BlobException(
          what + " changed while it was stored; store it when nobody writes to it", changed);
    }
    sent.increment((double) blob.size());
  }

  private void upload(Blob blob, InputStream in) throws MinioException {
    PutObjectArgs upload =
        PutObjectArgs.builder()
            .bucket(bucket)
            .object(key(blob))
            .contentType("application/octet-stream")
            // Without a size the client makes parts of 5 MiB, which the store has to join again.
            .stream(in, blob.size(), PART_BYTES)
            .build();
    ask(() -> client.putObject(upload));
  }

  private void remove(Blob blob, BlobException cause) {
    try {
      RemoveObjectArgs removal =
          RemoveObjectArgs.builder().bucket(bucket).object(key(blob)).build();
      ask(() -> {
        client.removeObject(removal);
        return removal;
      });
    } catch (MinioException e) {
      cause.addSuppressed(failure("removing", blob, e));
    }
  }

  private void makeBucket() throws BlobException {
    if (bucketSeen.get()) {
      return;
    }
    try {
      ask(() -> {
        if (!client.bucketExists(BucketExistsArgs.builder().bucket(bucket).build())) {
          client.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
        }
        return bucket;
      });
    } catch (ErrorResponseException e) {
      if (!BUCKET_IS_THERE.contains(e.errorResponse().code())) {
        throw bucketFailure(e);
      }
    } catch (MinioException e) {
      throw bucketFailure(e);
    }
    bucketSeen.set(true);
  }

  private BlobException bucketFailure(MinioException e) {
    return new BlobException(
        "the bucket %s at %s cannot be used: %s".formatted(bucket, endpoint, reason(e)), e);
  }

  private BlobException failure(String doing, Blob blob, MinioException e) {
    if (e instanceof ErrorResponseException answer) {
      String code = answer.errorResponse().code();
      if (MISSING_OBJECT.contains(code)) {
        return new BlobException(where(blob) + " is missing", e);
      }
      if (MISSING_BUCKET.equals(code)) {
        bucketSeen.set(false);
        return new BlobException(
            "%s is missing: there is no bucket %s".formatted(where(blob), bucket), e);
      }
    }
    return new BlobException("%s %s failed: %s".formatted(doing, where(blob), reason(e)), e);
  }

  @FunctionalInterface
  private interface Request<T> {
    T send() throws MinioException;
  }

  /** The client throws unchecked what its connection threw. */
  private static <T> T ask(Request<T> request) throws MinioException {
    try {
      return request.send();
    } catch (IllegalStateException e) {
      throw new MinioException(e);
    }
  }

  /** The client wraps what really happened, sometimes twice. */
  private static String reason(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof MinioException && cause.getMessage() != null
        ? cause.getMessage()
        : cause.toString();
  }

  private String where(Blob blob) {
    return "blob %s%s at %s".formatted(PREFIX, blob.sha256(), endpoint);
  }

  private static String key(Blob blob) {
    return PREFIX + blob.sha256();
  }
}
