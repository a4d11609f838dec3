package io.godwit.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.DockerException;
import io.godwit.service.DurableFiles;
import io.godwit.simulation.Docker.Box;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** What a service reaches its machine's Engine by. Every call may go wrong in every way. */
final class DockerClient implements DockerEngine {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final World world;
  private final Machine machine;

  DockerClient(World world, Machine machine) {
    this.world = world;
    this.machine = machine;
  }

  /** What the Engine does. */
  @FunctionalInterface
  private interface Work<T> {
    T run(Docker docker) throws IOException;
  }

  /** Asks: the Engine does it on a thread of its own, and who asked may die meanwhile. */
  private <T> T ask(String what, Work<T> work) throws IOException {
    world.step("engine: " + what);
    world.pass(1, 10);
    Optional<Fault> fault = world.strike("engine " + machine.name());
    if (machine.engineIsAway()) {
      throw new DockerException(0, "the Engine does not answer: " + what);
    }
    if (fault.isPresent()) {
      switch (fault.get().kind()) {
        case CALL_REFUSED -> throw new DockerException(500, "drawn: " + what);
        case CALL_LOST -> throw new DockerException(0, "no answer, drawn: " + what);
        case CALL_HANGS -> world.pass(fault.get().ms());
        default -> {
          // After the work.
        }
      }
    }
    T result = machine.engineDoes(what, () -> work.run(machine.docker()));
    world.step("engine has done: " + what);
    if (fault.isPresent()) {
      switch (fault.get().kind()) {
        case CALL_REFUSED_BUT_DONE -> throw new DockerException(500, "drawn, done: " + what);
        case CALL_LOST_BUT_DONE -> throw new DockerException(0, "no answer, done: " + what);
        default -> {
          // Before the work.
        }
      }
    }
    return result;
  }

  private void tell(String what, String container, BoxWork work) throws IOException {
    ask(
        what,
        docker -> {
          work.run(docker, docker.require(container));
          return true;
        });
  }

  /** What the Engine does with a container. */
  @FunctionalInterface
  private interface BoxWork {
    void run(Docker docker, Box box) throws IOException;
  }

  /** Waits for the Engine's answer. */
  static <T> T answer(CompletableFuture<T> future) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case RuntimeException unchecked -> throw unchecked;
        case Error error -> throw error;
        case null, default -> throw new IOException(e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DockerException(0, "interrupted");
    }
  }

  @Override
  public JsonNode info() throws IOException {
    return ask("info", Docker::info);
  }

  @Override
  public JsonNode version() {
    return JSON.createObjectNode();
  }

  @Override
  public Optional<JsonNode> inspect(String container) throws IOException {
    return ask("inspect " + container, docker -> docker.find(container).map(docker::inspect));
  }

  @Override
  public Optional<JsonNode> inspectImage(String image) throws IOException {
    return ask(
        "inspect image",
        docker -> {
          if (!docker.hasImage()) {
            return Optional.empty();
          }
          ObjectNode found = JSON.createObjectNode().put("Id", Docker.IMAGE).put("Size", 1000);
          found.putArray("RepoTags").add(Docker.TAG);
          return Optional.of(found);
        });
  }

  @Override
  public void saveImage(String image, Path into) throws IOException {
    ask("save", docker -> Files.writeString(into, "an image"));
  }

  @Override
  public void tagImage(String image, String tag) {
    // It has the one tag.
  }

  @Override
  public void loadImage(InputStream archive) throws IOException {
    archive.readAllBytes();
    ask(
        "load",
        docker -> {
          docker.setHasImage();
          return true;
        });
  }

  @Override
  public String create(String name, JsonNode body) throws IOException {
    return ask("create " + name, docker -> docker.create(name, body).id);
  }

  @Override
  public void connect(String network, String container, JsonNode endpoint) {
    throw new AssertionError("the containers have no networks");
  }

  @Override
  public void start(String container) throws IOException {
    tell(
        "start " + container,
        container,
        (docker, box) -> {
          if (!box.lives()) {
            docker.startFresh(box);
          }
        });
  }

  @Override
  public void startFromCheckpoint(String container, String checkpoint) throws IOException {
    tell(
        "start from checkpoint " + container,
        container,
        (docker, box) -> docker.restore(box, checkpoint));
  }

  @Override
  public void checkpoint(String container, String checkpoint, boolean exit) throws IOException {
    tell("dump " + container, container, (docker, box) -> docker.dump(box, checkpoint, exit));
  }

  @Override
  public void deleteCheckpoint(String container, String checkpoint) throws IOException {
    tell(
        "delete checkpoint",
        container,
        (docker, box) -> DurableFiles.deleteFolder(docker.checkpoint(box, checkpoint)));
  }

  @Override
  public void setRestartPolicy(String container, JsonNode policy) throws IOException {
    tell(
        "restart policy " + policy.path("Name").asText(),
        container,
        (docker, box) -> box.restartPolicy = policy);
  }

  @Override
  public void pause(String container) throws IOException {
    tell("pause", container, Docker::pause);
  }

  @Override
  public void unpause(String container) throws IOException {
    tell("unpause", container, Docker::unpause);
  }

  @Override
  public void kill(String container) throws IOException {
    tell(
        "kill",
        container,
        (docker, box) -> {
          if (!box.lives()) {
            throw new DockerException(409, "container is not running");
          }
          docker.end(box, 137);
        });
  }

  @Override
  public void stop(String container, Duration grace) throws IOException {
    tell("stop", container, (docker, box) -> docker.end(box, 137));
  }

  @Override
  public void remove(String container) throws IOException {
    ask(
        "remove " + container,
        docker -> {
          Optional<Box> box = docker.find(container);
          if (box.isPresent()) {
            docker.remove(box.get());
          }
          return true;
        });
  }

  @Override
  public void removeStopped(String container) throws IOException {
    tell(
        "remove stopped",
        container,
        (docker, box) -> {
          if (box.lives()) {
            throw new DockerException(409, "it runs");
          }
          docker.remove(box);
        });
  }

  @Override
  public void rename(String container, String name) throws IOException {
    tell("rename", container, (docker, box) -> box.name = name);
  }

  @Override
  public List<JsonNode> containers() throws IOException {
    return ask(
        "list",
        docker -> {
          List<JsonNode> all = new ArrayList<>();
          for (Box box : docker.boxes()) {
            ObjectNode entry = JSON.createObjectNode().put("Id", box.id).put("State", box.status);
            entry.putArray("Names").add("/" + box.name);
            entry.putArray("Mounts");
            entry.set("Labels", box.body.path("Labels"));
            all.add(entry);
          }
          return all;
        });
  }

  @Override
  public Optional<JsonNode> inspectVolume(String volume) {
    return Optional.empty();
  }

  @Override
  public void createVolume(String volume, Map<String, String> labels) {
    throw new AssertionError("the containers have no volumes");
  }

  @Override
  public boolean removeVolume(String volume) {
    return true;
  }

  @Override
  public String logs(String container, int tail) {
    return "";
  }

  @Override
  public void close() {
    // The world ends as a whole.
  }
}
