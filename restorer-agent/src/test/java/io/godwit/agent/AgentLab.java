package io.godwit.agent;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Purpose;
import io.godwit.agent.hold.RuntimeFolder;
import io.godwit.agent.machine.CriuProgram;
import io.godwit.agent.machine.DeviceProfiler;
import io.godwit.agent.machine.MachineFacts;
import io.godwit.agent.rehearsal.PortCheck;
import io.godwit.agent.rehearsal.RehearsalHandler;
import io.godwit.agent.rehearsal.Requirements;
import io.godwit.agent.restore.Restores;
import io.godwit.agent.state.Boot;
import io.godwit.agent.state.DevicePolicy;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.Self;
import io.godwit.agent.state.StateFolder;
import io.godwit.agent.state.Workplace;
import io.godwit.blob.BlobStore;
import io.godwit.blob.Manifests;
import io.godwit.contract.Attempt;
import io.godwit.contract.ContainerDescription;
import io.godwit.contract.Conversion;
import io.godwit.contract.ImageDescription;
import io.godwit.contract.LayerArchive;
import io.godwit.contract.Manifest;
import io.godwit.contract.Preparation;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.Container;
import io.godwit.docker.ContainerSpec;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.HttpDockerEngine;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.LayerListing;
import io.godwit.docker.LeftBehind;
import io.godwit.elf.ElfFile;
import io.godwit.messaging.EventPublisher;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Verdict;
import io.godwit.service.Threads;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;

/**
 * An agent on this machine's own Engine, with containers to move to it from the same Engine. What
 * runs in them is the probe under another name: it waits, and a word in its memory can be set and
 * read from outside, so that a test sees for itself whose memory a process has.
 */
final class AgentLab implements AutoCloseable {
  static final String DEVICE = "this-machine";
  static final String INSTANCE = "5e1f0000-0000-4000-8000-000000000001";
  private static final String IMAGE = "godwit-agent-it";
  private static final ObjectMapper JSON = new ObjectMapper();

  final Path folder;
  final HttpDockerEngine engine = new HttpDockerEngine(HttpDockerEngine.DEFAULT_SOCKET);
  final InMemoryDecisionLog log = new InMemoryDecisionLog();
  final Collected published = new Collected();
  final FolderBlobStore blobs;
  final StateFolder state;
  final LeftBehind leftBehind;
  final Journal journal;
  final MigrationId id = new MigrationId(UUID.randomUUID().toString());
  final Attempt attempt =
      Attempt.newBuilder()
          .setEpoch(1)
          .setCheckpointSha256("c".repeat(64))
          .setDeviceInstance(INSTANCE)
          .setLogTopicId("log")
          .build();
  final String name = "godwit-agent-it-" + id.shortId();
  private final CommandRunner commands = CommandRunner.ofProcesses();
  private final Clock clock = Clock.systemUTC();
  private final EventPublisher events = new EventPublisher(published, "restorer-agent", clock);
  private final List<String> made = new ArrayList<>();

  AgentLab(Path folder) throws IOException {
    this.folder = folder;
    this.blobs = new FolderBlobStore(folder.resolve("blobs"));
    this.state = new StateFolder(folder.resolve("state"), Boot.now(Path.of("/proc")));
    this.leftBehind = new LeftBehind(folder);
    this.journal = new Journal(state.journal(), state.boot());
    if (engine.inspectImage(IMAGE).isEmpty()) {
      importImage();
    }
  }

  private void importImage() throws IOException {
    Path root = Files.createDirectories(folder.resolve("root"));
    Files.createDirectories(root.resolve("data"));
    Path program = root.resolve("app");
    Files.write(program, probe());
    run("chmod", "755", program.toString());
    Path tar = folder.resolve("root.tar");
    run("tar", "-cf", tar.toString(), "-C", root.toString(), ".");
    run("docker", "import", tar.toString(), IMAGE);
  }

  static byte[] probe() throws IOException {
    String resource = "/io/godwit/agent/probe" + MachineFacts.ofThisMachine().isa().twinSuffix();
    try (var in = AgentLab.class.getResourceAsStream(resource)) {
      return in.readAllBytes();
    }
  }

  String run(String... command) throws IOException {
    CommandRunner.Result result = commands.run(List.of(command), Duration.ofMinutes(2));
    if (result.exit() != 0) {
      throw new IOException(String.join(" ", command) + ": " + result.errors());
    }
    return result.text();
  }

  /** Starts a container to be moved; more options of docker run may be given. */
  String startSource(String... options) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("docker", "run", "--detach", "--name", name + "-source"));
    command.addAll(List.of(options));
    command.addAll(List.of(IMAGE, "/app"));
    made.add(name + "-source");
    String source = run(command.toArray(String[]::new)).strip();
    // The Engine has it running while it is runc still, whose memory could be marked as well.
    long pid = inspect(source).state().pid();
    Awaitility.await()
        .until(() ->
            !Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe")).toString().contains("runc"));
    return source;
  }

  /** Starts another container, under a name of the test's. */
  String startAs(String as) throws IOException {
    made.add(as);
    return run("docker", "run", "--detach", "--name", as, IMAGE, "/app").strip();
  }

  Container inspect(String container) throws IOException {
    return engine.inspect(container).orElseThrow();
  }

  /** The container as its host tells it, under the name that it is to have here. */
  ContainerDescription describe(String container) throws IOException {
    ObjectNode inspect = (ObjectNode) JSON.readTree(inspect(container).toJson());
    inspect.put("Name", "/" + name);
    return ContainerDescription.newBuilder()
        .setId(container)
        .setName(name)
        .setInspectJson(ByteString.copyFrom(JSON.writeValueAsBytes(inspect)))
        .setImage(
            ImageDescription.newBuilder()
                .setId(inspect.path("Image").asText())
                .addTags(IMAGE + ":latest"))
        .build();
  }

  Preparation preparation(String container) throws IOException {
    return Preparation.newBuilder()
        .setMigrationId(id.value())
        .setHost("host")
        .setDevice(DEVICE)
        .setContainer(describe(container))
        .setLayer(archive(LayerFiles.upperDir(inspect(container))))
        .build();
  }

  private LayerArchive archive(Path layer) throws IOException {
    LayerFiles files = new LayerFiles(commands, clock);
    LayerListing listing = files.list(layer);
    Path tar = folder.resolve("layer.tar");
    files.archive(layer, listing, tar);
    return LayerArchive.newBuilder().setArchive(blobs.put(tar, BlobStore.SILENT).toRef()).build();
  }

  /** Checkpoints the source and makes of it what a converter would: on one machine, nothing new. */
  Conversion conversion(String container) throws IOException, InterruptedException {
    ContainerDescription description = describe(container);
    Containers containers = containers(engine);
    Path dumped = folder.resolve("dumped");
    containers.checkpoint(container, id, dumped, folder.resolve("dump.log"));
    Manifest images = new Manifests(blobs).upload(dumped, BlobStore.SILENT);
    parts(engine).goods().layers().noteAhead(id, LayerArchive.getDefaultInstance());
    return Conversion.newBuilder()
        .setMigrationId(id.value())
        .setAttempt(attempt)
        .setHost("host")
        .setDevice(DEVICE)
        .setContainer(description)
        .setImages(images)
        .setLayer(archive(LayerFiles.upperDir(inspect(container))))
        .build();
  }

  /** An agent's parts on an Engine that may have its ways; each time another run. */
  private Parts parts(DockerEngine on) {
    return Parts.at(
        new Workplace(
            new Workplace.Device(
                on,
                new CriuOptions(CriuOptions.RUNC_CONF, clock, Sleeper.SYSTEM),
                commands,
                Path.of("/proc"),
                MachineFacts.ofThisMachine().isa(),
                4096),
            new Workplace.Meeting(published, events, log, blobs),
            new Workplace.Desk(self(), state, journal, folder, DevicePolicy.NONE),
            new Workplace.Waiting(clock, Sleeper.SYSTEM, Threads.SYSTEM)),
        Optional.of(RuntimeFolder.OF_THIS_MACHINE));
  }

  Containers containers(DockerEngine on) {
    return parts(on).containers();
  }

  /** An agent's run. */
  Restores agent(DockerEngine on) {
    return parts(on).restores();
  }

  /** A run of the agent on this machine. */
  private Self self() {
    return new Self(DEVICE, INSTANCE, UUID.randomUUID().toString(), "");
  }

  RehearsalHandler rehearsals(DockerEngine on) {
    DeviceProfiler profiler =
        new DeviceProfiler(
            self(),
            "test",
            MachineFacts.ofThisMachine(),
            new CriuProgram(commands, clock),
            on,
            false,
            clock);
    Parts parts = parts(on);
    return parts.rehearsals(
        profiler::profile,
        new Requirements(profiler::profile, parts.containers(), PortCheck.ofThisMachine()));
  }

  /** Sets the word in the memory of a container's process. */
  void mark(String container, long value) throws IOException {
    try (RandomAccessFile memory = memory(container, "rw")) {
      memory.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    }
  }

  /** The word in the memory of a container's process. */
  long mark(String container) throws IOException {
    try (RandomAccessFile memory = memory(container, "r")) {
      byte[] bytes = new byte[8];
      memory.readFully(bytes);
      return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
  }

  private RandomAccessFile memory(String container, String mode) throws IOException {
    long pid = inspect(container).state().pid();
    RandomAccessFile memory = new RandomAccessFile("/proc/" + pid + "/mem", mode);
    memory.seek(ElfFile.read("probe", probe()).requireSymbol("probe_mark").address());
    return memory;
  }

  /** What the log says of the attempt. */
  Verdict verdict() {
    return Verdict.of(log.read(id.value()), attempt);
  }

  /** What the container that is restored is made for. */
  Purpose purpose() {
    return Purpose.restore(id, attempt);
  }

  boolean exists(String container) throws IOException {
    return engine.inspect(container).isPresent();
  }

  @Override
  public void close() throws IOException {
    for (String container : made) {
      engine.remove(container);
    }
    if (exists(name)) {
      engine.remove(name);
    }
    Optional<Container> renamed = containers(engine).find(purpose());
    if (renamed.isPresent()) {
      engine.remove(renamed.get().id());
    }
    engine.remove(Containers.rehearsalName(id));
    events.close();
    engine.close();
  }

  /** How the container that is to be moved is configured. */
  ContainerSpec spec(String container) throws IOException {
    return ContainerSpec.of(inspect(container));
  }
}
