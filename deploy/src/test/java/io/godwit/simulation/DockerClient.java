package io.godwit.simulation;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.docker.Container;
import io.godwit.docker.ContainerSpec;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.DockerException;
import io.godwit.docker.Endpoint;
import io.godwit.docker.EngineImage;
import io.godwit.docker.EngineInfo;
import io.godwit.docker.ListedContainer;
import io.godwit.docker.RestartPolicy;
import io.godwit.docker.Volume;
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
      throw new DockerException.Silent("the Engine does not answer: " + what);
    }
    if (fault.isPresent()) {
      switch (fault.get().kind()) {
        case CALL_REFUSED -> throw new DockerException.Refused(500, "drawn: " + what);
        case CALL_LOST -> throw new DockerException.Silent("no answer, drawn: " + what);
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
        case CALL_REFUSED_BUT_DONE ->
            throw new DockerException.Refused(500, "drawn, done: " + what);
        case CALL_LOST_BUT_DONE -> throw new DockerException.Silent("no answer, done: " + what);
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
          work.run(docker, docker.lock(docker.require(container)));
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
      throw new DockerException.Silent("interrupted");
    }
  }

  @Override
  public EngineInfo info() throws IOException {
    return ask("info", Docker::info);
  }

  @Override
  public Optional<Container> inspect(String container) throws IOException {
    return ask(
        "inspect " + container,
        docker -> {
          Optional<Box> box = docker.find(container);
          return box.isPresent()
              ? Optional.of(docker.inspect(docker.lock(box.get())))
              : Optional.empty();
        });
  }

  @Override
  public Optional<EngineImage> inspectImage(String image) throws IOException {
    EngineImage known = new EngineImage(Docker.IMAGE, 1000, List.of(Docker.TAG));
    return ask("inspect image", docker -> Optional.of(known).filter(_ -> docker.hasImage()));
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
  public String create(String name, ContainerSpec spec) throws IOException {
    return ask("create " + name, docker -> docker.create(name, JSON.readTree(spec.toJson())).id);
  }

  @Override
  public void start(String container) throws IOException {
    tell("start " + container, container, Docker::start);
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
  public void setRestartPolicy(String container, RestartPolicy policy) throws IOException {
    tell("restart policy " + policy.name(), container, (docker, box) -> box.restartPolicy = policy);
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
            throw new DockerException.Refused(409, "container is not running");
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
            docker.remove(docker.lock(box.get()));
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
            throw new DockerException.Refused(409, "it runs");
          }
          docker.remove(box);
        });
  }

  @Override
  public void rename(String container, String name) throws IOException {
    tell("rename", container, (docker, box) -> box.name = name);
  }

  @Override
  public List<ListedContainer> containers() throws IOException {
    return ask(
        "list",
        docker -> {
          List<ListedContainer> all = new ArrayList<>();
          for (Box box : docker.boxes()) {
            all.add(
                new ListedContainer(
                    box.id, box.name, box.status, docker.inspect(box).labels(), List.of()));
          }
          return all;
        });
  }

  @Override
  public Optional<Endpoint> endpoint(String network, String containerId) {
    return Optional.empty();
  }

  @Override
  public Optional<Volume> inspectVolume(String volume) {
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
