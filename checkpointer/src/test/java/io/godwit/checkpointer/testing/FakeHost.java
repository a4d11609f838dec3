package io.godwit.checkpointer.testing;

import io.godwit.checkpointer.freeze.Waiting;
import io.godwit.checkpointer.preflight.DeviceChecks;
import io.godwit.checkpointer.source.CgroupFreezer;
import io.godwit.checkpointer.source.ElfPrograms;
import io.godwit.checkpointer.source.HostFacts;
import io.godwit.checkpointer.source.InotifyWatches;
import io.godwit.checkpointer.source.MigrationPoints;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcessIdentity;
import io.godwit.checkpointer.work.Deadlines;
import io.godwit.checkpointer.work.Workshop;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Rehearsal;
import io.godwit.criu.CriuVersion;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.isa.Isa;
import io.godwit.messaging.Topic;
import io.godwit.service.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * A machine with one container {@code app}, on which checkpointers can be started and killed one
 * after the other. Time is played, so nothing waits.
 */
public final class FakeHost {
  public static final String HOST = "here";
  public static final String ID = "11111111-2222-3333-4444-555555555555";

  private static final int DYING = 1000;

  private final Path folder;
  private final Path executable;
  private final TestClock clock = new TestClock();
  private final MemoryLog log = new MemoryLog(clock);
  private final MemoryPublisher publisher = new MemoryPublisher();
  private final MemoryDevices devices = new MemoryDevices();
  private final FakeProcesses.World program = new FakeProcesses.World();
  private final FakeEngine.World engine = new FakeEngine.World();
  private final Device device;
  private final List<String> violations = new ArrayList<>();
  private Optional<Service> service = Optional.empty();
  private boolean storeIsLostAtTheDump;
  private volatile boolean storeIsAway;
  private int boots = 1;
  private Runnable whenTheStoreIsLost = () -> {};
  private UnaryOperator<DockerEngine> via = UnaryOperator.identity();

  /** A machine whose container runs, and a device that behaves so. */
  public FakeHost(Path folder, Device.Will will) throws IOException {
    this.folder = folder;
    this.executable = folder.resolve("program");
    Map<String, Long> symbols =
        Map.of(
            ElfPrograms.VARIABLE, FakeProcesses.VARIABLE,
            ElfPrograms.REGISTERS, FakeProcesses.REGISTERS);
    Files.write(executable, ElfWriter.write(Isa.X86_64.elfMachine(), 2, symbols));
    Files.write(
        folder.resolve("program_aarch64"), ElfWriter.write(Isa.AARCH64.elfMachine(), 2, symbols));
    Files.createDirectories(folder.resolve("upper"));
    Files.createDirectories(folder.resolve("proc"));
    processes(new Crash(-1)).boot(boots);
    processes(new Crash(-1)).startFresh(FakeEngine.ID);
    publisher.listen(record -> {
      if (record.topic() == Topic.CHECKPOINTS && runs()) {
        violations.add("a checkpoint was published while the container ran");
      }
    });
    this.device = new Device(will, log, publisher, this::answer, clock);
  }

  public TestClock clock() {
    return clock;
  }

  public MemoryLog log() {
    return log;
  }

  public MemoryPublisher publisher() {
    return publisher;
  }

  public MemoryDevices devices() {
    return devices;
  }

  public FakeProcesses.World program() {
    return program;
  }

  /** Whether the blob store goes away when the container comes to a stand. */
  public void setStoreIsLostAtTheDump(boolean lost) {
    this.storeIsLostAtTheDump = lost;
  }

  /** Whether the blob store does not answer who asks for something. */
  public void setStoreIsAway(boolean away) {
    this.storeIsAway = away;
  }

  public FakeEngine.World engine() {
    return engine;
  }

  /** Something happens when the blob store goes away as the container comes to a stand. */
  public void whenTheStoreIsLost(Runnable trouble) {
    this.whenTheStoreIsLost = trouble;
  }

  /** No blob is any more what its digest says. */
  public void damageBlobs() throws IOException {
    try (var blobs = Files.list(folder.resolve("blobs"))) {
      for (Path blob : blobs.toList()) {
        Files.writeString(blob, "!", StandardOpenOption.APPEND);
      }
    }
  }

  /** What lies between checkpointers that are started from now on and the Engine. */
  public void setBetween(UnaryOperator<DockerEngine> between) {
    this.via = between;
  }

  /** What a migration keeps. */
  public Path kept() {
    return folder.resolve("state/migrations").resolve(ID);
  }

  /** The power is cut, and comes back; of what lay in work folders nobody knows what is there. */
  public void cutPower() {
    restartEngine();
    try {
      processes(new Crash(-1)).boot(++boots);
      Path images = kept().resolve("work/images");
      if (Files.isDirectory(images)) {
        try (var files = Files.list(images)) {
          for (Path file : files.toList()) {
            Files.write(file, new byte[0]);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Device device() {
    return device;
  }

  /** The Engine is restarted, without live-restore: what it had paused is gone. */
  public void restartEngine() {
    try {
      engine.killed();
      if (program.pid().isPresent()) {
        processes(new Crash(-1)).kill();
      }
      if (engine.restartPolicy().equals("always")) {
        processes(new Crash(-1)).startFresh(FakeEngine.ID);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the program executes anything. */
  public boolean runs() {
    try {
      return program.pid().isPresent() && !processes(new Crash(-1)).isFrozen();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What must never have been. */
  public List<String> violations() {
    return violations;
  }

  public Path executable() {
    return executable;
  }

  /** Whether a dump lies about. */
  public boolean hasCheckpoint() throws IOException {
    Path checkpoints = FakeEngine.checkpoints(folder.resolve("docker"));
    if (!Files.exists(checkpoints)) {
      return false;
    }
    try (var all = Files.list(checkpoints)) {
      return all.findAny().isPresent();
    }
  }

  /** The request for the one migration. */
  public static MigrationRequest.Builder request() {
    return MigrationRequest.newBuilder()
        .setMigrationId(ID)
        .setHost(HOST)
        .setContainer("app")
        .setDevice(Device.NAME);
  }

  /** A checkpointer that has just been started and dies when the crash says so. */
  public Service start(Crash crash) throws IOException {
    devices.put(Device.profile(clock).build());
    HostFacts facts =
        new HostFacts(
            HOST,
            Isa.X86_64,
            4096,
            List.of(),
            Optional.of(CriuVersion.find("4.2.1").orElseThrow()));
    ProcFs procFs = new ProcFs(folder.resolve("proc"));
    FakeProcesses memory = processes(crash);
    Path conf = folder.resolve("criu").resolve("runc.conf");
    FakeEngine docker =
        new FakeEngine(
            folder.resolve("docker"),
            folder.resolve("upper"),
            conf,
            memory,
            program,
            crash,
            engine);
    CriuOptions criu = new CriuOptions(conf, clock, clock);
    recover(criu);
    Service started =
        new Service(
            new Workshop.Machine(
                facts,
                via.apply(docker),
                criu,
                FakeHost::command,
                procFs,
                new InotifyWatches(procFs, FakeHost::command),
                new ProcessIdentity(procFs, memory),
                new MigrationPoints(
                    procFs::ofContainer, new ElfPrograms(procFs), memory, clock, clock),
                new CgroupFreezer(procFs, memory.cgroups())),
            new Workshop.Meeting(
                new Dying.OnPublishing(publisher, crash),
                new Dying.OnDeciding(log, crash),
                new Dying.OnStoring(
                    new FolderBlobs(folder.resolve("blobs")),
                    crash,
                    this::isStoreLost,
                    () -> storeIsAway),
                new DeviceChecks(devices, facts, clock)),
            devices,
            Deadlines.STANDARD,
            folder.resolve("state"),
            new Waiting(crash.clock(clock), crash.sleeper(clock), crash.threads(Threads.SYSTEM)));
    service = Optional.of(started);
    return started;
  }

  /** In a process of its own the turn would go with the dead; here its threads take a moment. */
  private static void recover(CriuOptions criu) throws IOException {
    for (int tries = 0; !criu.recover(); tries++) {
      if (tries == DYING) {
        throw new AssertionError("the dead have the turn on CRIU's options still");
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  private boolean isStoreLost() {
    boolean lost = storeIsLostAtTheDump && !runs();
    if (lost) {
      whenTheStoreIsLost.run();
      whenTheStoreIsLost = () -> {};
    }
    return lost;
  }

  private FakeProcesses processes(Crash crash) {
    return new FakeProcesses(folder.resolve("proc"), executable, crash, program);
  }

  private void answer(Rehearsal rehearsal) {
    try {
      if (rehearsal.hasPagesHeld()) {
        service.orElseThrow().inbox().held(rehearsal.getMigrationId(), rehearsal.getPagesHeld());
        return;
      }
      service.orElseThrow().journal().keepRehearsal(rehearsal);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An empty layer: no real find, tar or sync has to run for it. */
  private static CommandRunner.Result command(List<String> command, Duration atMost)
      throws IOException {
    int file = command.indexOf("--file");
    if (file >= 0 && !command.contains("--extract")) {
      // A tar ends with two blocks of zeros.
      Files.write(Path.of(command.get(file + 1)), new byte[1024]);
    }
    String found = command.getFirst().equals("find") ? "d 4096 1.0 1.0 7 \0" : "";
    return new CommandRunner.Result(0, found.getBytes(StandardCharsets.UTF_8), "");
  }
}
