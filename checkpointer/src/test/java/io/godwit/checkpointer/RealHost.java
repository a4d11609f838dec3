package io.godwit.checkpointer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.blob.BlobStore;
import io.godwit.checkpointer.freeze.Waiting;
import io.godwit.checkpointer.preflight.DeviceChecks;
import io.godwit.checkpointer.source.CgroupFreezer;
import io.godwit.checkpointer.source.ElfPrograms;
import io.godwit.checkpointer.source.HostFacts;
import io.godwit.checkpointer.source.InotifyWatches;
import io.godwit.checkpointer.source.MigrationPoints;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcMemory;
import io.godwit.checkpointer.source.ProcessIdentity;
import io.godwit.checkpointer.testing.Device;
import io.godwit.checkpointer.testing.FolderBlobs;
import io.godwit.checkpointer.testing.MemoryDevices;
import io.godwit.checkpointer.testing.MemoryLog;
import io.godwit.checkpointer.testing.MemoryPublisher;
import io.godwit.checkpointer.testing.Service;
import io.godwit.checkpointer.work.Deadlines;
import io.godwit.checkpointer.work.Workshop;
import io.godwit.contract.MigrationRequest;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.Container;
import io.godwit.docker.ContainerSpec;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.HttpDockerEngine;
import io.godwit.docker.RestartPolicy;
import io.godwit.messaging.Sleeper;
import io.godwit.service.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/** This machine with its real Engine, CRIU and processes; only what lies beyond Kafka is played. */
final class RealHost implements AutoCloseable {
  static final String HOST = "it-host";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path PROC = Path.of("/proc");
  private static final String PREFIX = "ckpt-it-";

  private final DockerEngine engine = new HttpDockerEngine(HttpDockerEngine.DEFAULT_SOCKET);
  private final Clock clock = Clock.systemUTC();
  private final ProcFs processes = new ProcFs(PROC);
  private final ProcMemory memory = new ProcMemory(PROC);
  private final MigrationPoints points =
      new MigrationPoints(
          processes::ofContainer, new ElfPrograms(processes), memory, clock, Sleeper.SYSTEM);
  private final MemoryLog log = new MemoryLog(Sleeper.SYSTEM);
  private final MemoryPublisher publisher = new MemoryPublisher();
  private final MemoryDevices devices = new MemoryDevices();
  private final Path state;
  private final FolderBlobs blobs;
  private final List<String> containers = new ArrayList<>();
  private final Set<String> images = new TreeSet<>();
  private Optional<Service> service = Optional.empty();

  RealHost(Path state) throws IOException {
    this.state = state;
    this.blobs = new FolderBlobs(state.resolve("blobs"));
  }

  DockerEngine engine() {
    return engine;
  }

  MigrationPoints points() {
    return points;
  }

  MemoryLog log() {
    return log;
  }

  MemoryPublisher publisher() {
    return publisher;
  }

  FolderBlobs blobs() {
    return blobs;
  }

  /** A device that behaves so; its answers reach whichever service runs. */
  Device device(Device.Will will) {
    devices.put(Device.profile(clock).build());
    return new Device(
        will,
        log,
        publisher,
        rehearsal -> {
          try {
            Service running = service.orElseThrow();
            if (rehearsal.hasPagesHeld()) {
              running.inbox().held(rehearsal.getMigrationId(), rehearsal.getPagesHeld());
              return;
            }
            running.journal().keepRehearsal(rehearsal);
            running.inbox().wake(rehearsal.getMigrationId());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        clock);
  }

  /** A checkpointer that has just been started, its predecessor being dead. */
  Service start(BlobStore store, Duration deadline) throws IOException {
    return start(store, deadline, engine);
  }

  Service start(BlobStore store, Duration deadline, DockerEngine via) throws IOException {
    CommandRunner commands = CommandRunner.ofProcesses();
    HostFacts facts = HostFacts.ask(HOST, PROC, System.getProperty("os.arch"), commands);
    CriuOptions criu = new CriuOptions(CriuOptions.RUNC_CONF, clock, Sleeper.SYSTEM);
    criu.recover();
    Service started =
        new Service(
            new Workshop.Machine(
                facts,
                via,
                criu,
                commands,
                processes,
                new InotifyWatches(processes, commands),
                new ProcessIdentity(processes, memory),
                points,
                new CgroupFreezer(processes, Path.of("/sys/fs/cgroup"))),
            new Workshop.Meeting(publisher, log, store, new DeviceChecks(devices, facts, clock)),
            devices,
            new Deadlines(
                deadline, Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(2)),
            state,
            new Waiting(clock, Sleeper.SYSTEM, Threads.SYSTEM));
    service = Optional.of(started);
    started.worker().recover();
    return started;
  }

  /** A request as it would come from the topic. */
  static MigrationRequest.Builder request(String container) {
    return MigrationRequest.newBuilder()
        .setMigrationId(UUID.randomUUID().toString())
        .setHost(HOST)
        .setContainer(container)
        .setDevice(Device.NAME);
  }

  /**
   * A container to be made.
   *
   * @param sources a C file, or a folder of them
   * @param command its first word is the program's path
   * @param port published as it is; 0: none
   */
  record Wanted(String name, String program, Path sources, List<String> command, int port) {}

  /** Builds a program with its twin and starts it as the only content of a container. */
  String run(Wanted wanted) throws IOException {
    String program = wanted.program();
    Path out = Files.createDirectories(state.resolve("programs"));
    List<String> build = new ArrayList<>(List.of("sh"));
    build.add(Path.of("..", "deploy", "workloads", "build-program.sh").toString());
    build.addAll(List.of(program, out.toString()));
    try (Stream<Path> files = Files.walk(wanted.sources())) {
      files.map(Path::toString).filter(file -> file.endsWith(".c")).sorted().forEach(build::add);
    }
    shell(build);
    String tar = out.resolve(program + ".tar").toString();
    shell(
        List.of(
            "tar",
            "-C",
            out.toString(),
            "-cf",
            tar,
            program,
            program + "_aarch64",
            program + "_x86-64"));
    String image = PREFIX + program;
    shell(List.of("docker", "import", "--change", "CMD [\"/" + program + "\"]", tar, image));
    images.add(image);
    String name = PREFIX + wanted.name();
    engine.remove(name);
    ObjectNode body = JSON.createObjectNode().put("Image", image);
    ArrayNode command = body.putArray("Cmd");
    wanted.command().forEach(command::add);
    ObjectNode inspect = JSON.createObjectNode();
    inspect.set("Config", body);
    ObjectNode hostConfig = inspect.putObject("HostConfig");
    if (wanted.port() > 0) {
      String inside = wanted.port() + "/tcp";
      body.putObject("ExposedPorts").putObject(inside);
      hostConfig
          .putObject("PortBindings")
          .putArray(inside)
          .addObject()
          .put("HostPort", Integer.toString(wanted.port()));
    }
    String id = engine.create(name, ContainerSpec.of(Container.parse(inspect.toString())));
    engine.setRestartPolicy(id, RestartPolicy.parse("{\"Name\": \"unless-stopped\"}"));
    containers.add(id);
    engine.start(id);
    return name;
  }

  private static void shell(List<String> command) throws IOException {
    CommandRunner.Result result = CommandRunner.ofProcesses().run(command, Duration.ofMinutes(2));
    if (result.exit() != 0) {
      throw new IOException(String.join(" ", command) + ": " + result.errors());
    }
  }

  /** What can be made again of a migration. */
  Path work(MigrationRequest request) {
    return folder(request).resolve("work");
  }

  /** The journal of a service that does not run is as after a start of the machine. */
  void wasStartedAnew(MigrationRequest request) throws IOException {
    Path entry = folder(request).resolve("migration.txt");
    String boot = "boot: \"%s\"".formatted(processes.boot());
    String text = Files.readString(entry);
    if (!text.contains(boot)) {
      throw new IOException("the journal does not say in which run of the machine it was written");
    }
    Files.writeString(entry, text.replace(boot, "boot: \"an earlier one\""));
  }

  private Path folder(MigrationRequest request) {
    return state.resolve("migrations").resolve(request.getMigrationId());
  }

  Container container(String name) throws IOException {
    return engine.inspect(name).orElseThrow();
  }

  /** The numbers that a counter printed, in order. */
  List<Integer> numbers(String name) throws IOException {
    return engine
        .logs(name, 100_000)
        .lines()
        .map(line -> Integer.parseInt(line.substring(line.indexOf(' ') + 1).strip()))
        .toList();
  }

  @Override
  public void close() throws IOException {
    service.ifPresent(running -> running.worker().close());
    for (String container : containers) {
      engine.remove(container);
    }
    for (String image : images) {
      shell(List.of("docker", "rmi", "--force", image));
    }
    engine.close();
  }
}
