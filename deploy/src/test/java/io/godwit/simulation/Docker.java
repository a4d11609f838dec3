package io.godwit.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.docker.Container;
import io.godwit.docker.DockerException;
import io.godwit.docker.EngineInfo;
import io.godwit.docker.RestartPolicy;
import io.godwit.simulation.Life.Copy;
import io.godwit.simulation.Life.Copy.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A machine's Engine with its containers, CRIU and runc. Goes on with what it was asked for when
 * who asked is gone. Containers and their configuration survive it; processes survive it under
 * live-restore.
 */
final class Docker {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of an image, the same on all machines. */
  static final String IMAGE = "sha256:" + "ab".repeat(32);

  static final String TAG = "app:latest";

  /** A container. */
  static final class Box {
    final String id;
    final JsonNode body;
    final Path upper;
    String name;
    RestartPolicy restartPolicy = RestartPolicy.NONE;
    String status = "created";
    Optional<Copy> copy = Optional.empty();

    /** Of its first process; the probe has one, too. */
    long pid;

    long identity;
    int exitCode;
    long startedAtMs;
    long finishedAtMs;

    /** Until then the Engine has not noticed the end of its process. */
    long noticesAtMs;

    boolean busy;

    /** The Engine holds its lock on it: it is being started. */
    boolean starting;

    /** Of what ran in it. */
    final List<Life.Dump> dumps = new ArrayList<>();

    Box(String id, String name, JsonNode body, Path upper) {
      this.id = id;
      this.name = name;
      this.body = body;
      this.upper = upper;
    }

    boolean lives() {
      return pid != 0;
    }
  }

  private final World world;
  private final Machine machine;
  private final Path root;
  private final PlayedRuntime runtime;
  private final Scheduler.Signal unlocked;
  private final Runc runc;
  private final Map<String, Box> boxes = new LinkedHashMap<>();
  private Path program;
  private boolean hasImage;
  private int made;

  Docker(World world, Machine machine, Path root) throws IOException {
    this.world = world;
    this.machine = machine;
    this.root = Files.createDirectories(root);
    this.runtime = new PlayedRuntime(world);
    this.runc = new Runc(world, this);
    this.unlocked = world.scheduler().signal();
    this.program = root.resolve("program");
    Files.writeString(program, "a program");
  }

  Machine machine() {
    return machine;
  }

  void setHasImage() {
    hasImage = true;
  }

  boolean hasImage() {
    return hasImage;
  }

  PlayedRuntime runtime() {
    return runtime;
  }

  EngineInfo info() {
    return new EngineInfo("20.10", root, "overlay2", true, 1, List.of(), "docker-init");
  }

  List<Box> boxes() {
    return List.copyOf(boxes.values());
  }

  Optional<Box> find(String container) {
    return boxes.values().stream()
        .filter(box -> box.id.equals(container) || box.name.equals(container))
        .findFirst();
  }

  Box require(String container) throws DockerException {
    return find(container)
        .orElseThrow(() -> new DockerException.Refused(404, "No such container: " + container));
  }

  Box create(String name, JsonNode body) throws IOException {
    if (find(name).isPresent()) {
      throw new DockerException.Refused(409, "the name is in use");
    }
    String id = "%08x".formatted(machine.name().hashCode()) + "%056x".formatted(++made);
    Path layer = root.resolve("overlay2").resolve(id).resolve("diff");
    Files.createDirectories(layer);
    Files.createDirectories(layer.resolveSibling("merged").resolve("etc"));
    Files.createDirectories(root.resolve("containers").resolve(id));
    Box box = new Box(id, name, body, layer);
    box.restartPolicy =
        RestartPolicy.parse(body.path("HostConfig").path("RestartPolicy").toString());
    boxes.put(id, box);
    return box;
  }

  Container inspect(Box box) throws IOException {
    ObjectNode inspect =
        JSON.createObjectNode()
            .put("Id", box.id)
            .put("Name", "/" + box.name)
            .put("Image", IMAGE)
            .put("Path", "/program");
    inspect.putArray("Args");
    inspect.putArray("Mounts");
    boolean unnoticed = !box.lives() && world.nowMs() < box.noticesAtMs;
    boolean running = box.lives() || unnoticed;
    inspect
        .putObject("State")
        .put("Status", unnoticed ? "running" : box.status)
        .put("Running", running)
        .put("Paused", box.status.equals("paused"))
        .put("Pid", box.pid)
        .put("ExitCode", running ? 0 : box.exitCode)
        .put("StartedAt", Instant.ofEpochMilli(box.startedAtMs).toString())
        .put("FinishedAt", Instant.ofEpochMilli(box.finishedAtMs).toString())
        .put("OOMKilled", false)
        .put("Error", "");
    ObjectNode host = box.body.path("HostConfig").deepCopy();
    host.set("RestartPolicy", JSON.readTree(box.restartPolicy.toJson()));
    inspect.set("HostConfig", host);
    ObjectNode config = box.body.deepCopy();
    config.remove(List.of("HostConfig", "NetworkingConfig"));
    inspect.set("Config", config);
    inspect
        .putObject("GraphDriver")
        .put("Name", "overlay2")
        .putObject("Data")
        .put("UpperDir", box.upper.toString())
        .put("MergedDir", box.upper.resolveSibling("merged").toString());
    inspect.putObject("NetworkSettings").putObject("Networks");
    return Container.parse(inspect.toString());
  }

  /** Waits for the Engine's lock on a container. */
  Box lock(Box box) throws IOException {
    try {
      while (box.starting) {
        world.scheduler().await(unlocked, () -> !box.starting, Duration.ofHours(1));
      }
      return box;
    } catch (InterruptedException e) {
      throw new IOException("the Engine was interrupted", e);
    }
  }

  /** {@code docker start}; one that is awaited waits in its create. */
  void start(Box box) throws IOException {
    Optional<PlayedRuntime.Call> call = runtime.call(box.id);
    if (box.lives()) {
      return;
    }
    if (call.isEmpty()) {
      startFresh(box);
      return;
    }
    box.starting = true;
    try {
      switch (call.get().await()) {
        case PlayedRuntime.Word.Go(Path images) -> runc.restore(box, images, Optional.empty());
        case PlayedRuntime.Word.Pass _ -> startFresh(box);
        case PlayedRuntime.Word.No(String why) -> throw new DockerException.Refused(500, why);
      }
      runtime.started(box.id);
    } finally {
      unlock(box);
    }
  }

  private void unlock(Box box) {
    box.starting = false;
    unlocked.raise();
  }

  /** What the Engine was at has ended with it. */
  void stopWork() {
    for (Box box : boxes.values()) {
      box.busy = false;
      unlock(box);
    }
  }

  /** Starts a container's program from its beginning. */
  void startFresh(Box box) {
    Optional<Life.Program> its = world.population().program(box.name);
    if (isProbe(box) || its.isEmpty()) {
      run(box, 0);
      return;
    }
    Life life = world.population().begin(its.get());
    Copy copy = new Copy(life, machine, box, life.program.lifetimeMs());
    run(box, life.identity);
    box.copy = Optional.of(copy);
    world.population().goesOn(copy);
  }

  private static boolean isProbe(Box box) {
    return box.body.path("Entrypoint").path(0).asText().contains("probe");
  }

  void run(Box box, long identity) {
    Path executable = isProbe(box) ? box.upper.resolve(".godwit-probe") : program;
    box.identity = identity;
    box.pid = machine.processes().appear(box.id, executable, identity);
    machine.freezer(box.id).make();
    box.status = "running";
    box.exitCode = 0;
    box.startedAtMs = machine.clock().millis();
  }

  /** Its processes are gone. */
  void end(Box box, int exitCode) {
    if (!box.lives()) {
      return;
    }
    machine.processes().vanish(box.pid);
    machine.freezer(box.id).remove();
    box.pid = 0;
    box.finishedAtMs = machine.clock().millis();
    box.status = "exited";
    box.exitCode = exitCode;
    box.noticesAtMs = world.nowMs() + world.draw(30);
    box.copy.ifPresent(copy -> copy.state = State.GONE);
    box.copy = Optional.empty();
  }

  void remove(Box box) throws IOException {
    end(box, 137);
    boxes.remove(box.id);
    io.godwit.service.DurableFiles.deleteFolder(root.resolve("containers").resolve(box.id));
    io.godwit.service.DurableFiles.deleteFolder(root.resolve("overlay2").resolve(box.id));
  }

  void pause(Box box) throws DockerException {
    if (!box.status.equals("running")) {
      throw new DockerException.Refused(409, "container %s is not running".formatted(box.name));
    }
    box.status = "paused";
    machine.freezer(box.id).set(true);
  }

  void unpause(Box box) throws DockerException {
    if (!box.status.equals("paused") || !machine.freezer(box.id).isFrozen()) {
      throw new DockerException.Refused(500, "container %s is not paused".formatted(box.name));
    }
    box.status = "running";
    machine.freezer(box.id).set(false);
  }

  /** {@code docker checkpoint create}. */
  void dump(Box box, String checkpoint, boolean exit) throws IOException {
    if (!box.lives() || box.busy) {
      throw new DockerException.Refused(409, "container %s is not running".formatted(box.name));
    }
    runc.dump(box, checkpoint(box, checkpoint));
    if (exit) {
      end(box, 137);
    }
  }

  /** {@code docker start --checkpoint}. */
  void restore(Box box, String checkpoint) throws IOException {
    if (box.busy || world.nowMs() < box.noticesAtMs) {
      // It runs, as far as the Engine knows; that is no error.
      return;
    }
    if (box.lives()) {
      return;
    }
    Path engines = checkpoint(box, checkpoint);
    runc.restore(box, engines, Optional.of(engines));
  }

  Path checkpoint(Box box, String name) {
    return root.resolve("containers").resolve(box.id).resolve("checkpoints").resolve(name);
  }

  /** The Engine has come up: starts what its restart policy says. */
  void boot() {
    stopWork();
    for (Box box : new ArrayList<>(boxes.values())) {
      if (!box.lives()
          && box.restartPolicy.name().equals("always")
          && !box.status.equals("created")) {
        world.say("dockerd starts " + box.name + " on " + machine.name());
        startFresh(box);
      }
    }
  }
}
