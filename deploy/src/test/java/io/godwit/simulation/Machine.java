package io.godwit.simulation;

import io.godwit.docker.CommandRunner;
import io.godwit.docker.DockerException;
import io.godwit.simulation.Life.Copy;
import io.godwit.simulation.Life.Copy.State;
import io.godwit.simulation.disk.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** A machine: a disk, a clock, an Engine, and services that are started again when they end. */
final class Machine {
  /** A tar ends with two blocks of zeros. */
  private static final byte[] EMPTY_ARCHIVE = new byte[1024];

  private final World world;
  private final String name;
  private final Disk disk;

  /** What the kernel shows as files. */
  private final Disk kernel;

  private final ProcFolder processes;
  private final Docker docker;
  private final List<Service> services = new ArrayList<>();
  private final List<CompletableFuture<?>> asked = new ArrayList<>();
  private final boolean liveRestore;
  private Scheduler.Actor engine;
  private long clockOffsetMs;
  private boolean engineAway;
  private boolean on = true;
  private int runs;
  private int boots;

  /** Has the processes of a container do as its freezer's file says. */
  private final class Kernel implements Disk.Watcher {
    @Override
    public void force(String path) {
      // Nothing here is on a disk.
    }

    @Override
    public void written(String path) {
      if (path.endsWith(Freezer.FILE)) {
        docker.boxes().stream()
            .filter(box -> path.contains(box.id))
            .forEach(box -> freezer(box.id).obey(world, box.copy));
      }
    }
  }

  /** Something that a machine runs. */
  interface Service {
    String name();

    /** Begins on a thread of its actor. */
    void main(Scheduler.Actor actor) throws Exception;
  }

  Machine(World world, String name, boolean liveRestore) throws IOException {
    this.world = world;
    this.name = name;
    this.liveRestore = liveRestore;
    this.disk = new Disk(world.unique(name), () -> clock().millis());
    this.disk.watch(path -> world.forced());
    Files.createDirectories(disk.root().resolve("criu"));
    this.kernel = new Disk(world.unique(name + "-kernel"), () -> clock().millis());
    this.kernel.watch(new Kernel());
    this.processes = new ProcFolder(kernel.root().resolve("proc"), world.scheduler());
    processes.boot(++boots, world.epochMs());
    this.docker = new Docker(world, this, disk.root().resolve("docker"));
    this.engine = world.scheduler().actor("dockerd@" + name);
    disk.sync();
  }

  String name() {
    return name;
  }

  void close() {
    disk.close();
    kernel.close();
  }

  Disk disk() {
    return disk;
  }

  ProcFolder processes() {
    return processes;
  }

  Docker docker() {
    return docker;
  }

  boolean liveRestore() {
    return liveRestore;
  }

  /** As this machine's clock has it, which may be wrong. */
  Clock clock() {
    return new Clock() {
      @Override
      public Instant instant() {
        return Instant.ofEpochMilli(world.epochMs() + clockOffsetMs);
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }

  void stepClock(long ms) {
    clockOffsetMs += ms;
  }

  void setClockRight() {
    clockOffsetMs = 0;
  }

  void setEngineAway(boolean away) {
    engineAway = away;
  }

  boolean engineIsAway() {
    return engineAway || !on;
  }

  /** Whether anything here is not as it should be, so that it cannot do what it should. */
  boolean isTroubled() {
    return engineIsAway()
        || clockOffsetMs != 0
        || disk.isFull()
        || services.stream().anyMatch(service -> !world.actor(service).isAwake());
  }

  boolean isOn() {
    return on;
  }

  /** A container's freezer. */
  Freezer freezer(String containerId) {
    return new Freezer(cgroups().resolve("freezer/docker").resolve(containerId));
  }

  Path cgroups() {
    return kernel.root().resolve("cgroup");
  }

  /** Where CRIU's options are; each run of a service has a way of its own to the one file. */
  Path criuConf() throws IOException {
    Path way = disk.root().resolve("criu-" + ++runs);
    Files.createSymbolicLink(way, Path.of("criu"));
    return way.resolve("runc.conf");
  }

  /** Has the Engine do something, on a thread of its own. */
  <T> T engineDoes(String what, EngineWork<T> work) throws IOException {
    CompletableFuture<T> answer = new CompletableFuture<>();
    asked.add(answer);
    engine.start(
        what,
        () -> {
          try {
            answer.complete(work.run());
          } catch (Throwable e) {
            answer.completeExceptionally(e);
          }
          asked.remove(answer);
        });
    return DockerClient.answer(answer);
  }

  /** What the Engine does. */
  @FunctionalInterface
  interface EngineWork<T> {
    T run() throws IOException;
  }

  void add(Service service) {
    services.add(service);
    world.start(this, service);
  }

  List<Service> services() {
    return List.copyOf(services);
  }

  /** The Engine ends and comes up again. */
  void restartEngine(boolean keepsProcesses) {
    engine.kill();
    processes.endCommands();
    engine = world.scheduler().actor("dockerd@" + name);
    List<CompletableFuture<?>> open = List.copyOf(asked);
    asked.clear();
    open.forEach(answer ->
        answer.completeExceptionally(new DockerException.Silent("the Engine ended meanwhile")));
    if (keepsProcesses) {
      // A pause stays one.
      docker.stopWork();
    } else {
      endProcesses("the Engine of %s was restarted".formatted(name));
    }
    docker.boot();
  }

  private void endProcesses(String why) {
    for (Docker.Box box : docker.boxes()) {
      box.copy.ifPresent(copy -> destroyed(copy, why));
      docker.end(box, 137);
      box.noticesAtMs = 0;
    }
  }

  private void destroyed(Copy copy, String why) {
    boolean ran = copy.state == State.RUNNING;
    copy.state = State.GONE;
    if (ran || !copy.life.program.restorable() || !copy.life.hasDump(world.store())) {
      copy.life.excuse(why);
    }
    if (world.migrations().goesOn(this, copy.box.id)) {
      copy.life.excuse(why + ", in the moment in which it was to go on");
    }
  }

  /** The power is cut. */
  void cutPower(Random random) {
    on = false;
    engine.kill();
    asked.clear();
    docker.runtime().forgetAll();
    disk.cutPower(random);
    processes.endCommands();
    // What was not forced may be there or not, and be anything.
    docker.boxes().forEach(box -> box.dumps.forEach(dump -> dump.unsure = true));
    endProcesses("the power of %s was cut".formatted(name));
    world.population().excuseTheLost("the power of %s was cut".formatted(name));
    for (Service service : services) {
      world.kill(service);
    }
  }

  /** The power is back. */
  void boot() {
    on = true;
    try {
      processes.boot(++boots, world.epochMs() + clockOffsetMs);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    engine = world.scheduler().actor("dockerd@" + name);
    docker.boot();
    services.forEach(service -> world.start(this, service));
  }

  /** find, tar, sync and their like. */
  CommandRunner commands() {
    return this::command;
  }

  private CommandRunner.Result command(List<String> command, Duration atMost) throws IOException {
    int file = command.indexOf("--file");
    if (file >= 0 && command.contains("--create")) {
      Files.write(Path.of(command.get(file + 1)), EMPTY_ARCHIVE);
    }
    int folder = command.indexOf("--directory");
    if (command.contains("--extract")) {
      Files.writeString(Path.of(command.get(folder + 1)).resolve("data"), "of the container");
    }
    if (command.getFirst().equals("kill")) {
      processes.kill(command.stream().skip(2).map(Long::valueOf).toList());
    }
    if (command.getFirst().equals("sync")) {
      disk.sync();
    }
    String found = command.getFirst().equals("find") ? "d 4096 1.0 1.0 7 \0" : "";
    return new CommandRunner.Result(0, found.getBytes(StandardCharsets.UTF_8), "");
  }
}
