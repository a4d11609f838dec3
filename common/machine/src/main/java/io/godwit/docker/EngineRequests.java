package io.godwit.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.transport.DockerHttpClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Sends one request and reads its answer within a time: an Engine that hangs must not hang the
 * service.
 */
final class EngineRequests implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Reads an answer's body. */
  @FunctionalInterface
  interface Reader<T> {
    T read(InputStream body) throws IOException;
  }

  private final DockerHttpClient http;
  private final URI socket;

  // The transport knows no timeout on Unix sockets; interrupting the thread closes its channel.
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().name("docker-", 0).factory());

  EngineRequests(DockerHttpClient http, URI socket) {
    this.http = http;
    this.socket = socket;
  }

  static DockerHttpClient.Request of(String method, String path) {
    return DockerHttpClient.Request.builder().method(method).path(path).build();
  }

  static DockerHttpClient.Request get(String path) {
    return of("GET", path);
  }

  static DockerHttpClient.Request post(String path, InputStream body, String contentType) {
    return DockerHttpClient.Request.builder()
        .method("POST")
        .path(path)
        .putHeader("Content-Type", contentType)
        .body(body)
        .build();
  }

  static DockerHttpClient.Request post(String path, JsonNode body) {
    try {
      return post(path, new ByteArrayInputStream(JSON.writeValueAsBytes(body)), "application/json");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a JSON tree that cannot be written", e);
    }
  }

  static String encode(String element) {
    return URLEncoder.encode(element, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** As {@link #encode}, keeping the slashes and the colon of an image's name. */
  static String encodePath(String path) {
    return Arrays.stream(path.split("/", -1))
        .map(element -> encode(element).replace("%3A", ":").replace("%40", "@"))
        .collect(Collectors.joining("/"));
  }

  /**
   * @throws DockerException when the Engine refuses or does not answer in time
   */
  <T> T send(DockerHttpClient.Request request, Duration patience, Reader<T> reader)
      throws IOException {
    String what = request.method() + " " + request.path();
    Future<T> answer = threads.submit(() -> exchange(request, what, reader));
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new DockerException.Silent(
          "the Docker Engine at %s did not answer %s within %d ms"
              .formatted(socket, what, patience.toMillis()));
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new DockerException.Silent("interrupted while the Docker Engine worked on " + what);
    } catch (ExecutionException e) {
      throw failure(e.getCause() == null ? e : e.getCause(), what);
    }
  }

  private <T> T exchange(DockerHttpClient.Request request, String what, Reader<T> reader)
      throws IOException {
    try (DockerHttpClient.Response response = http.execute(request)) {
      int status = response.getStatusCode();
      if (status >= 400) {
        String said = said(response.getBody().readAllBytes());
        throw new DockerException.Refused(
            status, "the Engine refused %s (%d): %s".formatted(what, status, said));
      }
      return reader.read(response.getBody());
    }
  }

  private IOException failure(Throwable cause, String what) {
    return switch (cause) {
      case DockerException refusal -> refusal;
      case RuntimeException wrapped when wrapped.getCause() instanceof IOException io ->
          unanswered(io, what);
      case IOException io -> unanswered(io, what);
      default -> unanswered(cause, what);
    };
  }

  private DockerException unanswered(Throwable cause, String what) {
    DockerException failure =
        new DockerException.Silent(
            "the Docker Engine at %s does not answer %s: %s".formatted(socket, what, cause));
    failure.initCause(cause);
    return failure;
  }

  private static String said(byte[] body) {
    try {
      JsonNode message = JSON.readTree(body).path("message");
      if (message.isTextual()) {
        return message.asText();
      }
    } catch (IOException e) {
      return new String(body, StandardCharsets.UTF_8).strip();
    }
    return new String(body, StandardCharsets.UTF_8).strip();
  }

  @Override
  public void close() throws IOException {
    threads.shutdownNow();
    http.close();
  }
}
