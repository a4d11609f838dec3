package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Engine over its socket, by raw requests: docker-java has no call for checkpoints, and its
 * typed calls would drop what they do not know. Paths carry no version, so the Engine answers in
 * its own newest one. Safe for use by several threads.
 */
public final class HttpDockerEngine implements DockerEngine {
  /** Where an Engine listens unless told otherwise. */
  public static final URI DEFAULT_SOCKET = URI.create("unix:///var/run/docker.sock");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration QUESTION = Duration.ofMinutes(2);

  /** Loading an image, starting, dumping: as long as a slow device needs. */
  private static final Duration WORK = Duration.ofMinutes(30);

  /** What the Engine answers where something is in use. */
  private static final int CONFLICT = 409;

  private final EngineRequests requests;

  /**
   * @param socket {@code unix:///PATH} or {@code tcp://HOST:PORT}
   */
  public HttpDockerEngine(URI socket) {
    this(new ApacheDockerHttpClient.Builder().dockerHost(socket).build(), socket);
  }

  HttpDockerEngine(DockerHttpClient http, URI socket) {
    this.requests = new EngineRequests(http, socket);
  }

  @Override
  public EngineInfo info() throws IOException {
    return EngineInfo.of(json("/info"));
  }

  @Override
  public Optional<Container> inspect(String container) throws IOException {
    return found("/containers/" + EngineRequests.encode(container) + "/json").map(Container::new);
  }

  @Override
  public Optional<EngineImage> inspectImage(String image) throws IOException {
    // An image's name holds slashes that are part of the Engine's route.
    return found("/images/" + EngineRequests.encodePath(image) + "/json").map(EngineImage::of);
  }

  @Override
  public void saveImage(String image, Path into) throws IOException {
    requests.send(
        EngineRequests.get("/images/" + EngineRequests.encodePath(image) + "/get"),
        WORK,
        body -> Files.copy(body, into));
  }

  @Override
  public void loadImage(InputStream archive) throws IOException {
    String path = "/images/load?quiet=1";
    requests.send(
        EngineRequests.post(path, archive, "application/x-tar"),
        WORK,
        body -> {
          // The Engine answers 200 before it reads the archive; what went wrong stands in the body.
          try (var messages = JSON.readerFor(JsonNode.class).<JsonNode>readValues(body)) {
            while (messages.hasNext()) {
              JsonNode message = messages.next();
              if (message.has("error")) {
                throw new DockerException.Refused(
                    200, "the Engine refused POST " + path + ": " + message.get("error").asText());
              }
            }
          }
          return true;
        });
  }

  @Override
  public String create(String name, ContainerSpec spec) throws IOException {
    String path = "/containers/create?name=" + EngineRequests.encode(name);
    String container =
        requests
            .send(EngineRequests.post(path, spec.toCreateRequest()), WORK, JSON::readTree)
            .path("Id")
            .asText();
    for (Map.Entry<String, JsonNode> network : spec.furtherNetworks().entrySet()) {
      connect(network.getKey(), container, network.getValue());
    }
    return container;
  }

  /**
   * @param endpoint the Engine's {@code EndpointConfig}: aliases, a fixed address
   */
  private void connect(String network, String container, JsonNode endpoint) throws IOException {
    ObjectNode body = JSON.createObjectNode().put("Container", container);
    body.set("EndpointConfig", endpoint);
    command("/networks/" + EngineRequests.encode(network) + "/connect", body);
  }

  @Override
  public void start(String container) throws IOException {
    command("/containers/" + EngineRequests.encode(container) + "/start");
  }

  @Override
  public void startFromCheckpoint(String container, String checkpoint) throws IOException {
    command(
        "/containers/%s/start?checkpoint=%s"
            .formatted(EngineRequests.encode(container), EngineRequests.encode(checkpoint)));
  }

  @Override
  public void checkpoint(String container, String checkpoint, boolean exit) throws IOException {
    ObjectNode body = JSON.createObjectNode().put("CheckpointID", checkpoint).put("Exit", exit);
    command("/containers/" + EngineRequests.encode(container) + "/checkpoints", body);
  }

  @Override
  public void deleteCheckpoint(String container, String checkpoint) throws IOException {
    try {
      delete(
          "/containers/%s/checkpoints/%s"
              .formatted(EngineRequests.encode(container), EngineRequests.encode(checkpoint)));
    } catch (DockerException.Refused e) {
      // 20.10 answers 500 where others answer 404.
      if (e.status() != 404 && !e.getMessage().contains("does not exist")) {
        throw e;
      }
    }
  }

  @Override
  public void tagImage(String image, String tag) throws IOException {
    // The name may have a colon before a port; the tag has no slash.
    int colon = tag.lastIndexOf(':');
    command(
        "/images/%s/tag?repo=%s&tag=%s"
            .formatted(
                EngineRequests.encodePath(image),
                EngineRequests.encode(tag.substring(0, colon)),
                EngineRequests.encode(tag.substring(colon + 1))));
  }

  @Override
  public void setRestartPolicy(String container, RestartPolicy restartPolicy) throws IOException {
    ObjectNode body = JSON.createObjectNode();
    body.set("RestartPolicy", restartPolicy.json());
    command("/containers/" + EngineRequests.encode(container) + "/update", body);
  }

  @Override
  public void pause(String container) throws IOException {
    command("/containers/" + EngineRequests.encode(container) + "/pause");
  }

  @Override
  public void unpause(String container) throws IOException {
    command("/containers/" + EngineRequests.encode(container) + "/unpause");
  }

  @Override
  public void kill(String container) throws IOException {
    command("/containers/" + EngineRequests.encode(container) + "/kill?signal=KILL");
  }

  @Override
  public void stop(String container, Duration grace) throws IOException {
    command(
        "/containers/%s/stop?t=%d".formatted(EngineRequests.encode(container), grace.toSeconds()));
  }

  @Override
  public void remove(String container) throws IOException {
    try {
      delete("/containers/" + EngineRequests.encode(container) + "?force=1&v=1");
    } catch (DockerException.Refused e) {
      boolean goneOrGoing =
          e.status() == 404
              || (e.status() == 409 && e.getMessage().contains("already in progress"));
      if (!goneOrGoing) {
        throw e;
      }
    }
  }

  @Override
  public void removeStopped(String container) throws IOException {
    delete("/containers/" + EngineRequests.encode(container) + "?v=1");
  }

  @Override
  public void rename(String container, String name) throws IOException {
    command(
        "/containers/%s/rename?name=%s"
            .formatted(EngineRequests.encode(container), EngineRequests.encode(name)));
  }

  @Override
  public List<ListedContainer> containers() throws IOException {
    List<ListedContainer> all = new ArrayList<>();
    json("/containers/json?all=1").forEach(listed -> all.add(ListedContainer.of(listed)));
    return all;
  }

  @Override
  public Optional<Endpoint> endpoint(String network, String containerId) throws IOException {
    return found("/networks/" + EngineRequests.encode(network))
        .flatMap(found -> Endpoint.of(found, containerId));
  }

  @Override
  public Optional<Volume> inspectVolume(String volume) throws IOException {
    return found("/volumes/" + EngineRequests.encode(volume)).map(Volume::of);
  }

  @Override
  public void createVolume(String volume, Map<String, String> labels) throws IOException {
    ObjectNode body = JSON.createObjectNode().put("Name", volume).put("Driver", "local");
    labels.forEach(body.putObject("Labels")::put);
    command("/volumes/create", body);
  }

  @Override
  public boolean removeVolume(String volume) throws IOException {
    try {
      delete("/volumes/" + EngineRequests.encode(volume));
      return true;
    } catch (DockerException.Refused e) {
      if (e.status() == CONFLICT) {
        return false;
      }
      if (e.status() == 404) {
        return true;
      }
      throw e;
    }
  }

  @Override
  public String logs(String container, int tail) throws IOException {
    boolean tty =
        inspect(container)
            .orElseThrow(() -> new DockerException.Refused(404, "no such container: " + container))
            .hasTerminal();
    return requests.send(
        EngineRequests.get(
            "/containers/%s/logs?stdout=1&stderr=1&tail=%d"
                .formatted(EngineRequests.encode(container), tail)),
        WORK,
        body -> LogStream.text(body, tty));
  }

  @Override
  public void close() throws IOException {
    requests.close();
  }

  private JsonNode json(String path) throws IOException {
    return requests.send(EngineRequests.get(path), QUESTION, JSON::readTree);
  }

  private Optional<JsonNode> found(String path) throws IOException {
    try {
      return Optional.of(json(path));
    } catch (DockerException.Refused e) {
      if (e.status() == 404) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private void command(String path) throws IOException {
    requests.send(EngineRequests.of("POST", path), WORK, InputStream::readAllBytes);
  }

  private void command(String path, JsonNode body) throws IOException {
    requests.send(EngineRequests.post(path, body), WORK, InputStream::readAllBytes);
  }

  private void delete(String path) throws IOException {
    requests.send(EngineRequests.of("DELETE", path), WORK, InputStream::readAllBytes);
  }
}
