package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is sent and how answers are read; the real Engine's turn is in {@code *IT}. */
class HttpDockerEngineTest {
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private int status = 200;
  private String answer = "{}";
  private HttpServer server;
  private HttpDockerEngine engine;

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          asked.add(
              (exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body).strip());
          byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    engine = new HttpDockerEngine(URI.create("tcp://localhost:" + server.getAddress().getPort()));
  }

  @AfterEach
  void stop() throws IOException {
    engine.close();
    server.stop(0);
  }

  @Test
  void dumpsAndStartsByTheEnginesOwnRoutes() throws IOException {
    engine.checkpoint("kv", "godwit-1", true);
    engine.startFromCheckpoint("kv", "godwit-1");
    assertEquals(
        List.of(
            "POST /containers/kv/checkpoints {\"CheckpointID\":\"godwit-1\",\"Exit\":true}",
            "POST /containers/kv/start?checkpoint=godwit-1"),
        asked);
  }

  @Test
  void namesAreEncodedSoThatNoneLeavesItsPlaceInTheRoute() throws IOException {
    engine.start("../images/x?a=b");
    engine.inspectImage("registry:5000/a/b:tag");
    assertEquals(
        List.of(
            "POST /containers/..%2Fimages%2Fx%3Fa%3Db/start",
            "GET /images/registry:5000/a/b:tag/json"),
        asked);
  }

  @Test
  void aRefusalCarriesTheEnginesOwnWords() throws IOException {
    status = 409;
    answer = "{\"message\":\"Conflict. The container name is in use\"}";
    ContainerSpec spec = ContainerSpec.of(Container.parse("{\"Config\": {}, \"HostConfig\": {}}"));
    DockerException.Refused refusal =
        assertThrows(DockerException.Refused.class, () -> engine.create("kv", spec));
    assertEquals(409, refusal.status());
    assertEquals(
        "the Engine refused POST /containers/create?name=kv (409): Conflict. The container name is"
            + " in use",
        refusal.getMessage());
  }

  @Test
  void whatIsNotThereIsEmptyAndRemovingItSaysNothing() throws IOException {
    status = 404;
    answer = "{\"message\":\"No such container: kv\"}";
    assertEquals(Optional.empty(), engine.inspect("kv"));
    engine.remove("kv");
    engine.deleteCheckpoint("kv", "godwit-1");
  }

  @Test
  void deletingACheckpointThatIsGoneSaysNothingThoughTheEngineAnswers500() throws IOException {
    status = 500;
    answer = "{\"message\":\"checkpoint godwit-1 does not exist for container kv\"}";
    engine.deleteCheckpoint("kv", "godwit-1");
    answer = "{\"message\":\"disk on fire\"}";
    assertThrows(DockerException.class, () -> engine.deleteCheckpoint("kv", "godwit-1"));
  }

  @Test
  void anErrorInTheStreamOfALoadIsAnError() {
    answer = "{\"stream\":\"Loading\"}\r\n{\"errorDetail\":{},\"error\":\"unexpected EOF\"}\r\n";
    DockerException refusal =
        assertThrows(
            DockerException.class,
            () -> engine.loadImage(new ByteArrayInputStream(new byte[] {1, 2})));
    assertTrue(refusal.getMessage().endsWith("unexpected EOF"), refusal.getMessage());
  }

  @Test
  void anEngineThatIsNotThereIsNamed() throws IOException {
    try (HttpDockerEngine nobody =
        new HttpDockerEngine(URI.create("unix:///nonexistent/docker.sock"))) {
      DockerException failure = assertThrows(DockerException.Silent.class, nobody::info);
      assertTrue(
          failure
              .getMessage()
              .startsWith("the Docker Engine at unix:///nonexistent/docker.sock does not answer"),
          failure.getMessage());
    }
  }

  @Test
  void anEngineThatHangsIsGivenUp() throws IOException {
    server.removeContext("/");
    server.createContext(
        "/",
        exchange -> {
          try {
            Thread.sleep(3_000);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.close();
        });
    try (EngineRequests requests =
        new EngineRequests(
            new com.github.dockerjava.httpclient5.ApacheDockerHttpClient.Builder()
                .dockerHost(URI.create("tcp://localhost:" + server.getAddress().getPort()))
                .build(),
            URI.create("tcp://localhost"))) {
      DockerException failure =
          assertThrows(
              DockerException.Silent.class,
              () ->
                  requests.send(
                      EngineRequests.get("/info"), Duration.ofMillis(200), b -> b.readAllBytes()));
      assertEquals(
          "the Docker Engine at tcp://localhost did not answer GET /info within 200 ms",
          failure.getMessage());
    }
  }
}
