package io.godwit.simulation;

import com.google.protobuf.MessageLite;
import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Homecoming;
import io.godwit.agent.container.Images;
import io.godwit.agent.container.Layers;
import io.godwit.agent.container.Places;
import io.godwit.agent.container.Trees;
import io.godwit.agent.proof.RestoreProof;
import io.godwit.agent.rehearsal.ProbeBinary;
import io.godwit.agent.rehearsal.RehearsalHandler;
import io.godwit.agent.rehearsal.Rehearsing;
import io.godwit.agent.rehearsal.Requirements;
import io.godwit.agent.restore.Restores;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.Patience;
import io.godwit.agent.state.StateFolder;
import io.godwit.blob.Manifests;
import io.godwit.blob.SavedImages;
import io.godwit.contract.Conversion;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.IsaName;
import io.godwit.contract.PagesAhead;
import io.godwit.contract.Preparation;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.LeftBehind;
import io.godwit.docker.ReadOnlyRoot;
import io.godwit.docker.SharedMemory;
import io.godwit.docker.StartSettings;
import io.godwit.isa.Isa;
import io.godwit.messaging.EventPublisher;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Topic;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** An agent, made of the real parts as its Main makes it. */
final class DeviceService implements Machine.Service {
  private final World world;
  private final Machine machine;
  private final String device;
  private Optional<DeviceProfile> last = Optional.empty();
  private Optional<Scheduler.Actor> current = Optional.empty();
  private int runs;

  DeviceService(World world, Machine machine, String device) {
    this.world = world;
    this.machine = machine;
    this.device = device;
  }

  @Override
  public String name() {
    return machine.name() + "/agent";
  }

  /** Its last announcement, which it makes anew as long as it can. */
  Optional<DeviceProfile> announced() {
    boolean speaks = current.isPresent() && current.get().isAwake() && !world.broker().isAway();
    if (speaks) {
      last = Optional.of(profile());
    }
    return last;
  }

  private DeviceProfile profile() {
    DeviceProfile.Builder profile =
        DeviceProfile.newBuilder()
            .setDevice(device)
            .setIsa(IsaName.X86_64)
            .setVaBits(48)
            .setPageSize(4096)
            .setKernel("6.12")
            .setCriuVersion("4.1.1")
            .setDockerVersion("26.1.5")
            .setStorageDriver("overlay2")
            .setCgroupVersion(2)
            .setFreeBytes(64L << 30)
            .setHeartbeatMs(machine.clock().millis());
    if (machine.engineIsAway()) {
      profile.addUnfit("No Docker Engine answers.");
    }
    return profile.build();
  }

  @Override
  public void main(Scheduler.Actor actor) throws Exception {
    current = Optional.of(actor);
    Path folder = machine.disk().root().resolve("var");
    Path proc = machine.processes().folder();
    CommandRunner commands = machine.commands();
    Clock clock = machine.clock();
    Sleeper sleeper = world.sleeper();
    Publisher publisher = world.broker();
    StateFolder state = new StateFolder(folder.resolve("agent"));
    Journal journal = new Journal(state.journal());
    CriuOptions criu = new CriuOptions(machine.criuConf());
    criu.recover();
    DockerClient engine = new DockerClient(world, machine);
    EventPublisher events = new EventPublisher(new Unheard(), "restorer-agent", clock);
    Homecoming homecoming = new Homecoming(engine, new LeftBehind(folder));
    Containers containers =
        new Containers(engine, criu, new StartSettings(commands, proc), homecoming);
    Images images = new Images(engine, world.store(), new SavedImages(folder, world.store()));
    LayerFiles files = new LayerFiles(commands, clock);
    Layers layers = new Layers(world.store(), files, state);
    Trees trees =
        new Trees(
            engine,
            layers,
            files,
            new Places(engine, commands, homecoming),
            new SharedMemory(commands),
            state);
    Manifests manifests = new Manifests(world.store());
    RestoreProof proof = new RestoreProof(engine, proc);
    Rehearsing rehearsing =
        new Rehearsing(
            engine,
            containers,
            manifests,
            proof,
            new ProbeBinary(Isa.X86_64),
            state,
            proc,
            new Patience(clock, sleeper));
    RehearsalHandler rehearsals =
        new RehearsalHandler(
            this::profile,
            new Requirements(this::profile, containers, port -> Optional.empty()),
            images,
            layers,
            trees,
            rehearsing,
            journal,
            state,
            publisher,
            events,
            clock);
    Restores restores =
        Restores.on(
            new Restores.Ground(
                device,
                "run-" + machine.name() + "-" + ++runs,
                4096,
                engine,
                containers,
                images,
                layers,
                trees,
                manifests,
                proof,
                new ReadOnlyRoot(commands, proc),
                rehearsing,
                world.broker().log(),
                journal,
                state,
                publisher,
                events,
                clock,
                sleeper));
    restores.recovery().run();
    restores.recovery().sweep();
    world
        .group(Topic.PREPARATIONS, device, device::equals)
        .join(actor, (key, value) -> rehearsals.handle(key, (Preparation) value));
    world
        .group(Topic.PAGES, device, device::equals)
        .join(actor, (key, value) -> restores.pages().handle(key, (PagesAhead) value));
    world
        .group(Topic.CONVERSIONS, device, device::equals)
        .join(actor, (key, value) -> restores.handler().handle(key, (Conversion) value));
  }

  /** Events are for people, and nobody looks. */
  private record Unheard() implements Publisher {
    @Override
    public void publish(Topic topic, String key, MessageLite value) {
      // Nothing decides on it.
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
