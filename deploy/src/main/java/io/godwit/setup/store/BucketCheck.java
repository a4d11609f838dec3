package io.godwit.setup.store;

import io.minio.BucketExistsArgs;
import io.minio.GetBucketLifecycleArgs;
import io.minio.GetBucketPolicyArgs;
import io.minio.GetBucketVersioningArgs;
import io.minio.GetObjectArgs;
import io.minio.GetObjectLockConfigurationArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import io.minio.messages.LifecycleConfiguration;
import io.minio.messages.Status;
import io.minio.messages.VersioningConfiguration;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Whether a bucket is as blobs want it. */
final class BucketCheck {
  /** Its bytes say what it is for. */
  static final byte[] PROBE = "godwit setup store was here".getBytes(StandardCharsets.UTF_8);

  /** A blob may be wanted for as long as a URL may hold, which is a week. */
  private static final int FEWEST_DAYS = 8;

  private final MinioClient client;
  private final String bucket;

  BucketCheck(MinioClient client, String bucket) {
    this.client = client;
    this.bucket = bucket;
  }

  boolean isThere() throws IOException {
    try {
      return client.bucketExists(BucketExistsArgs.builder().bucket(bucket).build());
    } catch (MinioException e) {
      throw new IOException("The store cannot be asked for its bucket: " + said(e), e);
    }
  }

  void make() throws IOException {
    try {
      client.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
    } catch (MinioException e) {
      throw new IOException("The bucket %s cannot be made: %s".formatted(bucket, said(e)), e);
    }
  }

  /** What is wrong with it, one sentence each with what to do; empty where nothing is. */
  List<String> problems() throws IOException {
    List<String> problems = new ArrayList<>();
    try {
      storing().ifPresent(problems::add);
      versioning().ifPresent(problems::add);
      lock().ifPresent(problems::add);
      policy().ifPresent(problems::add);
      problems.addAll(lifecycle());
      return problems;
    } catch (MinioException e) {
      throw new IOException("The bucket %s cannot be looked at: %s".formatted(bucket, said(e)), e);
    }
  }

  private Optional<String> storing() throws IOException {
    String key = "setup/probe";
    try {
      client.putObject(
          PutObjectArgs.builder().bucket(bucket).object(key).stream(
                  new ByteArrayInputStream(PROBE), (long) PROBE.length, -1L)
              .build());
      try (InputStream in =
          client.getObject(GetObjectArgs.builder().bucket(bucket).object(key).build())) {
        if (!Arrays.equals(PROBE, in.readAllBytes())) {
          return Optional.of("What is stored comes back changed.");
        }
      }
      client.removeObject(RemoveObjectArgs.builder().bucket(bucket).object(key).build());
      return Optional.empty();
    } catch (MinioException e) {
      return Optional.of("Storing, reading and deleting do not work: %s.".formatted(said(e)));
    }
  }

  private Optional<String> versioning() throws MinioException {
    Optional<VersioningConfiguration> versioning =
        ifKnown(() ->
            client.getBucketVersioning(GetBucketVersioningArgs.builder().bucket(bucket).build()));
    return versioning
        .filter(found -> found.status() == VersioningConfiguration.Status.ENABLED)
        .map(found ->
            "Versioning is on: what is deleted stays and takes room. Suspend it; blobs are named by what is in them, and never change.");
  }

  private Optional<String> lock() throws MinioException {
    return ifKnown(() ->
            client.getObjectLockConfiguration(
                GetObjectLockConfigurationArgs.builder().bucket(bucket).build()))
        .filter(found -> Optional.ofNullable(found.mode()).isPresent())
        .map(found ->
            "Object lock keeps everything for a time: nothing could be deleted. Take another bucket, or take its default retention away.");
  }

  private Optional<String> policy() throws MinioException {
    return ifKnown(
            () -> client.getBucketPolicy(GetBucketPolicyArgs.builder().bucket(bucket).build()))
        .filter(found -> found.contains("\"*\""))
        .map(found ->
            "Its bucket policy is open to everybody: containers' memory lies there. Remove it.");
  }

  private List<String> lifecycle() throws MinioException {
    return ifKnown(() ->
            client.getBucketLifecycle(GetBucketLifecycleArgs.builder().bucket(bucket).build()))
        .map(LifecycleConfiguration::rules)
        .orElse(List.of())
        .stream()
        .filter(rule -> rule.status() == Status.ENABLED && isTooSoon(rule))
        .map(rule ->
            "Its lifecycle rule '%s' deletes blobs that a migration may still need. Let it wait %d days or more."
                .formatted(rule.id(), FEWEST_DAYS))
        .toList();
  }

  private static boolean isTooSoon(LifecycleConfiguration.Rule rule) {
    return Optional.ofNullable(rule.expiration())
        .flatMap(expiration -> Optional.ofNullable(expiration.days()))
        .filter(days -> days < FEWEST_DAYS)
        .isPresent();
  }

  /** Asks the store. */
  @FunctionalInterface
  private interface Question<T> {
    T ask() throws MinioException;
  }

  /** Nothing where the store has no such setting, or none is set. */
  private static <T> Optional<T> ifKnown(Question<T> question) throws MinioException {
    try {
      return Optional.ofNullable(question.ask());
    } catch (ErrorResponseException e) {
      int status = e.response().code();
      if (status == 404 || status == 501 || status == 405) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The client wraps what really happened. */
  static String said(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}
