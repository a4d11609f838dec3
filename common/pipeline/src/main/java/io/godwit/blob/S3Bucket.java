package io.godwit.blob;

import io.godwit.service.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import io.minio.GetObjectArgs;
import io.minio.GetPresignedObjectUrlArgs;
import io.minio.Http;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.StatObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;

/**
 * One bucket, with nothing asked of it but objects, ranges and multipart uploads; every error says
 * which blob, where, and what the store said. A store that does not answer is an error within 30
 * seconds.
 */
final class S3Bucket implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** Without a byte going either way. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private static final long PART_BYTES = 16L << 20;
  private static final String MISSING_BUCKET = "NoSuchBucket";
  private static final Set<String> MISSING_OBJECT = Set.of("NoSuchKey", "NoSuchObject");
  private static final Set<String> BUCKET_IS_THERE =
      Set.of("BucketAlreadyOwnedByYou", "BucketAlreadyExists");

  /** Whoever may not list a bucket is not told what is missing in it. */
  private static final Set<String> NOT_TOLD = Set.of("AccessDenied", MISSING_BUCKET);

  private final MinioClient client;
  private final OkHttpClient http;
  private final SignedReads signed;
  private final String bucket;
  private final String region;
  private final String endpoint;

  S3Bucket(Settings settings, MeterRegistry metrics) {
    this.endpoint = settings.s3Endpoint().toString();
    this.bucket = settings.s3Bucket();
    this.region = settings.s3Region();
    this.http =
        new OkHttpClient.Builder()
            .connectTimeout(CONNECT)
            .readTimeout(SILENCE)
            .writeTimeout(SILENCE)
            .socketFactory(new PromptSockets())
            .addInterceptor(new RequestTimes(metrics))
            .connectionPool(new ConnectionPool(4, 30, TimeUnit.SECONDS))
            .build();
    this.signed = new SignedReads(http, endpoint);
    this.client =
        MinioClient.builder()
            .endpoint(endpoint)
            // Given, so that the client does not ask the store for it before each bucket.
            .region(region)
            .credentials(settings.s3AccessKey(), settings.s3SecretKey())
            .httpClient(http)
            .build();
  }

  /** Opens a blob with one's own rights. */
  InputStream open(Blob blob, long offset) throws IOException {
    GetObjectArgs.Builder from = GetObjectArgs.builder().bucket(bucket).object(blob.key());
    try {
      return ask(() -> client.getObject(offset == 0 ? from.build() : from.offset(offset).build()));
    } catch (MinioException e) {
      throw failure("fetching", blob, e);
    }
  }

  /** Opens a part of a blob with one's own rights. */
  InputStream open(Blob blob, long offset, int length) throws IOException {
    GetObjectArgs range =
        GetObjectArgs.builder()
            .bucket(bucket)
            .object(blob.key())
            .offset(offset)
            .length((long) length)
            .build();
    try {
      return ask(() -> client.getObject(range));
    } catch (MinioException e) {
      throw failure("reading", blob, e);
    }
  }

  /** Reads with the rights of whoever signed. */
  SignedReads signed() {
    return signed;
  }

  String url(Blob blob, Duration valid) throws BlobException {
    GetPresignedObjectUrlArgs get =
        GetPresignedObjectUrlArgs.builder()
            .method(Http.Method.GET)
            .bucket(bucket)
            .object(blob.key())
            .expiry(Math.toIntExact(valid.toSeconds()))
            .build();
    try {
      return ask(() -> client.getPresignedObjectUrl(get));
    } catch (MinioException e) {
      throw failure("signing for", blob, e);
    }
  }

  /** Whether it is there; one that this client may not look for is taken for missing. */
  boolean isThere(Blob blob) throws BlobException {
    try {
      var found =
          ask(() ->
              client.statObject(
                  StatObjectArgs.builder().bucket(bucket).object(blob.key()).build()));
      return found.size() == blob.size();
    } catch (ErrorResponseException e) {
      String code = e.errorResponse().code();
      if (MISSING_OBJECT.contains(code) || NOT_TOLD.contains(code)) {
        return false;
      }
      throw failure("looking for", blob, e);
    } catch (MinioException e) {
      throw failure("looking for", blob, e);
    }
  }

  /** Opens what is to be stored, at its beginning. */
  @FunctionalInterface
  interface Content {
    InputStream open() throws IOException;
  }

  /**
   * Stores a blob; makes the bucket where it is missing.
   *
   * @return the stream that was sent, open
   */
  InputStream put(Blob blob, Content content) throws IOException {
    InputStream first = content.open();
    try {
      try {
        send(blob, first);
        return first;
      } catch (ErrorResponseException e) {
        if (!MISSING_BUCKET.equals(e.errorResponse().code())) {
          throw e;
        }
      }
    } catch (MinioException e) {
      first.close();
      throw failure("storing", blob, e);
    }
    first.close();
    makeBucket();
    InputStream second = content.open();
    try {
      send(blob, second);
      return second;
    } catch (MinioException e) {
      second.close();
      throw failure("storing", blob, e);
    }
  }

  private void send(Blob blob, InputStream in) throws MinioException {
    PutObjectArgs upload =
        PutObjectArgs.builder()
            .bucket(bucket)
            .object(blob.key())
            .contentType("application/octet-stream")
            // Without a size the client makes parts of 5 MiB, which the store has to join again.
            .stream(in, blob.size(), PART_BYTES)
            .build();
    ask(() -> client.putObject(upload));
  }

  private void makeBucket() throws BlobException {
    try {
      ask(() -> {
        client.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
        return bucket;
      });
    } catch (ErrorResponseException e) {
      if (!BUCKET_IS_THERE.contains(e.errorResponse().code())) {
        throw bucketFailure(e);
      }
    } catch (MinioException e) {
      throw bucketFailure(e);
    }
  }

  private BlobException bucketFailure(MinioException e) {
    return new BlobException(
        "the bucket %s at %s is missing, and cannot be made: %s"
            .formatted(bucket, endpoint, reason(e)),
        e);
  }

  /** Takes away what must not stand there; a failure is added to the cause. */
  void remove(Blob blob, BlobException cause) {
    try {
      RemoveObjectArgs removal =
          RemoveObjectArgs.builder().bucket(bucket).object(blob.key()).build();
      ask(() -> {
        client.removeObject(removal);
        return removal;
      });
    } catch (MinioException e) {
      cause.addSuppressed(failure("removing", blob, e));
    }
  }

  /** A blob, for people. */
  String where(Blob blob) {
    return "blob %s at %s".formatted(blob.key(), endpoint);
  }

  private BlobException failure(String doing, Blob blob, MinioException e) {
    if (e instanceof ErrorResponseException answer) {
      String code = answer.errorResponse().code();
      if (MISSING_OBJECT.contains(code)) {
        return new BlobException(where(blob) + " is missing", e);
      }
      if (MISSING_BUCKET.equals(code)) {
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

  @Override
  public void close() {
    http.dispatcher().executorService().shutdown();
    http.connectionPool().evictAll();
  }
}
