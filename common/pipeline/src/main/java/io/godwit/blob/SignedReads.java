package io.godwit.blob;

import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Reads by the URLs that others have signed (S3's presigned GET). The connection always goes to the
 * store that this machine was set up with: of the URL's host only the name is used, as what was
 * signed. So a record sends nobody elsewhere, and the store may have other addresses here than
 * where the record was made.
 */
final class SignedReads {
  private static final int PARTIAL = 206;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  /** More of an error's body says nothing more. */
  private static final long LONGEST_ERROR = 4096;

  private static final Pattern CODE = Pattern.compile("<Code>([^<]{1,100})</Code>");
  private static final Pattern MESSAGE = Pattern.compile("<Message>([^<]{1,300})</Message>");

  private final OkHttpClient http;
  private final HttpUrl store;

  SignedReads(OkHttpClient http, String endpoint) {
    this.http = http;
    this.store = HttpUrl.get(endpoint);
  }

  /**
   * Opens a blob.
   *
   * @param where it is, for messages, which never have the URL
   * @param offset of the first byte
   */
  InputStream open(String url, String where, long offset) throws IOException {
    Request.Builder request = request(url, where);
    if (offset > 0) {
      request.header("Range", "bytes=%d-".formatted(offset));
    }
    return answer(request.build(), where, offset > 0);
  }

  /** Opens a part of a blob. */
  InputStream open(String url, String where, long offset, int length) throws IOException {
    Request.Builder request = request(url, where);
    request.header("Range", "bytes=%d-%d".formatted(offset, offset + length - 1));
    return answer(request.build(), where, true);
  }

  private Request.Builder request(String url, String where) throws BlobException {
    HttpUrl signed;
    try {
      signed = HttpUrl.get(url);
    } catch (IllegalArgumentException e) {
      throw new BlobException("the URL that came for %s is none".formatted(where), e);
    }
    HttpUrl here =
        signed.newBuilder().scheme(store.scheme()).host(store.host()).port(store.port()).build();
    return new Request.Builder().url(here).header("Host", name(signed));
  }

  /** As it was signed. */
  private static String name(HttpUrl url) {
    String host = url.host().contains(":") ? "[" + url.host() + "]" : url.host();
    return url.port() == HttpUrl.defaultPort(url.scheme()) ? host : host + ":" + url.port();
  }

  private InputStream answer(Request request, String where, boolean part) throws IOException {
    Response response;
    try {
      response = http.newCall(request).execute();
    } catch (IOException e) {
      throw new BlobException("fetching %s failed: %s".formatted(where, e), e);
    }
    if (response.isSuccessful() && (!part || response.code() == PARTIAL)) {
      return response.body().byteStream();
    }
    try (response) {
      throw refused(response, where);
    }
  }

  private static BlobException refused(Response response, String where) throws IOException {
    if (response.isSuccessful()) {
      return new BlobException("the store does not give a part of " + where);
    }
    String body = response.peekBody(LONGEST_ERROR).string();
    String why =
        "%s (%s)"
            .formatted(
                found(MESSAGE, body, "status " + response.code()),
                found(CODE, body, Integer.toString(response.code())));
    return new BlobException(
        switch (response.code()) {
          case NOT_FOUND -> where + " is missing";
          case FORBIDDEN ->
              "the right to read %s that came with its record does not hold, or no longer: %s"
                  .formatted(where, why);
          default -> "fetching %s failed: %s".formatted(where, why);
        });
  }

  private static String found(Pattern pattern, String body, String otherwise) {
    Matcher matcher = pattern.matcher(body);
    return matcher.find() ? matcher.group(1) : otherwise;
  }
}
