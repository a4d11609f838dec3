package io.godwit.setup.store;

import io.minio.GetObjectArgs;
import io.minio.ListObjectsArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether keys open what their role needs, and nothing else. Tried, not read: what a policy says is
 * one thing, and what the store does another.
 */
final class RoleCheck {
  /** Of no blob: a digest has other letters. */
  private static final String PROBE = "setup-probe";

  private static final String STRANGER = StoreRole.FROM + "setup-stranger/" + StoreRole.BLOBS;

  private final MinioClient operator;
  private final String bucket;

  /**
   * @param operator may do everything in the bucket
   */
  RoleCheck(MinioClient operator, String bucket) {
    this.operator = operator;
    this.bucket = bucket;
  }

  /** What is wrong, one sentence each; empty where nothing is. */
  List<String> problems(StoreRole role, MinioClient client) throws IOException {
    List<String> places = new ArrayList<>(List.of(StoreRole.BLOBS, STRANGER));
    role.rights().stream()
        .map(StoreRole.Rights::prefix)
        .filter(prefix -> !places.contains(prefix) && !prefix.equals(StoreRole.FROM))
        .forEach(places::add);
    List<String> problems = new ArrayList<>();
    try {
      for (String place : places) {
        put(operator, place);
        tried(
                "store under " + place,
                may(role, place, StoreRole.Rights::writes),
                isAllowed(() -> put(client, place)))
            .ifPresent(problems::add);
        tried(
                "read under " + place,
                may(role, place, StoreRole.Rights::reads),
                isAllowed(() -> get(client, place)))
            .ifPresent(problems::add);
      }
      tried("list what is there", role.lists(), isAllowed(() -> list(client)))
          .ifPresent(problems::add);
      for (String place : places) {
        operator.removeObject(
            RemoveObjectArgs.builder().bucket(bucket).object(place + PROBE).build());
      }
    } catch (MinioException e) {
      throw new IOException(
          "The rights of %s cannot be tried: %s".formatted(role.name(), BucketCheck.said(e)), e);
    }
    return problems.stream().map(what -> role.name() + " " + what).toList();
  }

  private static boolean may(
      StoreRole role, String place, java.util.function.Predicate<StoreRole.Rights> what) {
    return role.rights().stream()
        .anyMatch(right -> place.startsWith(right.prefix()) && what.test(right));
  }

  private static Optional<String> tried(String what, boolean should, boolean can) {
    if (should == can) {
      return Optional.empty();
    }
    return Optional.of(
        should ? "cannot %s, and must.".formatted(what) : "can %s, and must not.".formatted(what));
  }

  /** Something that the store may refuse. */
  @FunctionalInterface
  private interface Act {
    void go() throws MinioException, IOException;
  }

  private static boolean isAllowed(Act act) throws MinioException, IOException {
    try {
      act.go();
      return true;
    } catch (ErrorResponseException e) {
      if (e.response().code() == 403) {
        return false;
      }
      throw e;
    }
  }

  private void put(MinioClient client, String place) throws MinioException {
    client.putObject(
        PutObjectArgs.builder().bucket(bucket).object(place + PROBE).stream(
                new ByteArrayInputStream(BucketCheck.PROBE), (long) BucketCheck.PROBE.length, -1L)
            .build());
  }

  private void get(MinioClient client, String place) throws MinioException, IOException {
    try (InputStream in =
        client.getObject(GetObjectArgs.builder().bucket(bucket).object(place + PROBE).build())) {
      in.readAllBytes();
    }
  }

  private void list(MinioClient client) throws MinioException {
    for (var found :
        client.listObjects(ListObjectsArgs.builder().bucket(bucket).maxKeys(1).build())) {
      found.get();
      return;
    }
  }
}
