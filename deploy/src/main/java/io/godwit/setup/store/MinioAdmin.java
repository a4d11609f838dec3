package io.godwit.setup.store;

import io.minio.Signer;
import io.minio.errors.MinioException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * MinIO's admin API, as far as users and policies go. MinIO's own client of it was last made for
 * the S3 client before the one that is used here, and the two cannot be in one program.
 */
final class MinioAdmin {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final long LONGEST_ERROR = 4096;

  private final OkHttpClient http;
  private final HttpUrl api;
  private final String region;
  private final Keys keys;
  private final Clock clock;

  MinioAdmin(OkHttpClient http, URI endpoint, String region, Keys keys, Clock clock) {
    this.http = http;
    this.api = HttpUrl.get(endpoint.resolve("/minio/admin/v3/").toString());
    this.region = region;
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * Whether this is a MinIO whose users these keys may manage.
   *
   * @throws IOException when it is one, and they may not
   */
  boolean isThere() throws IOException {
    try (Response response = send("GET", "list-canned-policies", Map.of(), new byte[0])) {
      if (response.isSuccessful()) {
        return true;
      }
      String why = response.peekBody(LONGEST_ERROR).string();
      if (why.contains("XMinio") || (response.code() == 403 && why.contains("/minio/admin/"))) {
        throw new IOException("These keys may not manage the store's users: " + why);
      }
      return false;
    }
  }

  void setPolicy(String name, String policy) throws IOException {
    require(
        send(
            "PUT",
            "add-canned-policy",
            Map.of("name", name),
            policy.getBytes(StandardCharsets.UTF_8)));
  }

  /** Makes a user, or gives one that is there this secret. */
  void setUser(Keys user) throws IOException {
    String json = "{\"secretKey\": \"%s\", \"status\": \"enabled\"}".formatted(user.secret());
    require(
        send(
            "PUT",
            "add-user",
            Map.of("accessKey", user.access()),
            SealedForAdmin.seal(json, keys.secret())));
  }

  /** Gives a user one policy, in place of what it had. */
  void attach(String policy, String user) throws IOException {
    require(
        send(
            "PUT",
            "set-user-or-group-policy",
            Map.of("policyName", policy, "userOrGroup", user, "isGroup", "false"),
            new byte[0]));
  }

  private static void require(Response response) throws IOException {
    try (response) {
      if (!response.isSuccessful()) {
        throw new IOException(
            "MinIO's admin API refused %s: %s"
                .formatted(
                    response.request().url().encodedPath(),
                    response.peekBody(LONGEST_ERROR).string()));
      }
    }
  }

  private Response send(String method, String call, Map<String, String> query, byte[] body)
      throws IOException {
    HttpUrl.Builder url = api.newBuilder().addPathSegment(call);
    // In order: what is signed is what is sent.
    query.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(part -> url.addQueryParameter(part.getKey(), part.getValue()));
    String digest = sha256(body);
    HttpUrl whole = url.build();
    boolean named = whole.port() == HttpUrl.defaultPort(whole.scheme());
    Request request =
        new Request.Builder()
            .url(whole)
            .method(method, method.equals("GET") ? null : RequestBody.create(body))
            .header("Host", named ? whole.host() : whole.host() + ":" + whole.port())
            .header("x-amz-date", DATE.format(clock.instant()))
            .header("x-amz-content-sha256", digest)
            .build();
    try {
      return http.newCall(Signer.signV4S3(request, region, keys.access(), keys.secret(), digest))
          .execute();
    } catch (MinioException e) {
      throw new IOException("the request cannot be signed: " + e.getMessage(), e);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
