package io.godwit.simulation;

import com.google.protobuf.MessageLite;
import io.godwit.agent.Granted;
import io.godwit.agent.Parts;
import io.godwit.agent.machine.Heartbeat;
import io.godwit.agent.machine.Namesakes;
import io.godwit.agent.rehearsal.RehearsalHandler;
import io.godwit.agent.rehearsal.Requirements;
import io.godwit.agent.restore.Restores;
import io.godwit.agent.state.Boot;
import io.godwit.agent.state.DevicePolicy;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.Self;
import io.godwit.agent.state.StateFolder;
import io.godwit.agent.state.Workplace;
import io.godwit.blob.Grants;
import io.godwit.contract.Conversion;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.IsaName;
import io.godwit.contract.PagesAhead;
import io.godwit.contract.Preparation;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.CriuOptions;
import io.godwit.isa.Isa;
import io.godwit.messaging.EventPublisher;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Received;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Wire;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** An agent, made of the real parts as its Main makes it. */
final class DeviceService implements Machine.Service {
  private final World world;
  private final Machine machine;
  private String device;
  private Optional<DeviceProfile> last = Optional.empty();
  private Optional<Scheduler.Actor> current = Optional.empty();
  private Optional<Namesakes> ears = Optional.empty();
  private Optional<Self> speaker = Optional.empty();
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
    boolean awake = current.filter(Scheduler.Actor::isAwake).isPresent();
    if (awake && speaker.isPresent() && !world.broker().isAway()) {
      last = Optional.of(profile(speaker.get()));
    }
    return last;
  }

  private DeviceProfile profile(Self self) {
    DeviceProfile.Builder profile =
        DeviceProfile.newBuilder()
            .setDevice(device)
            .setInstance(self.instance())
            .setAgentRun(self.run())
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
    speaker = Optional.empty();
    Path folder = machine.disk().root().resolve("var");
    Path proc = machine.processes().folder();
    CommandRunner commands = machine.commands();
    Clock clock = machine.clock();
    Sleeper sleeper = world.sleeper();
    Publisher publisher = world.broker();
    StateFolder state = new StateFolder(folder.resolve("agent"), Boot.now(proc));
    Self self = begin(folder.resolve("agent"));
    Journal journal = new Journal(state.journal(), state.boot());
    CriuOptions criu = new CriuOptions(machine.criuConf(), clock, sleeper);
    criu.recover();
    DockerClient engine = new DockerClient(world, machine);
    EventPublisher events = new EventPublisher(new Unheard(), "restorer-agent", clock);
    Granted granted = new Granted(new Grants(clock));
    Parts parts =
        Parts.at(
            new Workplace(
                new Workplace.Device(engine, criu, commands, proc, Isa.X86_64, 4096),
                new Workplace.Meeting(
                    publisher,
                    events,
                    world.broker().log(),
                    world.store().ofDevice(device, granted.grants())),
                new Workplace.Desk(self, state, journal, folder, DevicePolicy.NONE),
                new Workplace.Waiting(clock, sleeper, world.threads())),
            world.plan().setting().holds()
                ? Optional.of(machine.docker().runtime().of(actor))
                : Optional.empty());
    RehearsalHandler rehearsals =
        parts.rehearsals(
            () -> profile(self),
            new Requirements(() -> profile(self), parts.containers(), port -> Optional.empty()));
    Restores restores = parts.restores();
    Namesakes namesakes = new Namesakes(self, clock, sleeper);
    ears = Optional.of(namesakes);
    namesakes.listen(() -> {});
    actor.start("heartbeat", () -> beat(self, namesakes));
    restores.recovery().run();
    restores.recovery().sweep();
    namesakes.awaitAlone();
    world
        .group(Topic.PREPARATIONS, device, key -> true)
        .join(
            actor,
            Wire.handler(
                Preparation.getDefaultInstance(),
                granted.taking(Preparation::getGrantsList, namesakes.alone(rehearsals))));
    world
        .group(Topic.PAGES, device, key -> true)
        .join(
            actor,
            Wire.handler(
                PagesAhead.getDefaultInstance(),
                granted.taking(PagesAhead::getGrantsList, namesakes.alone(restores.pages()))));
    world
        .group(Topic.CONVERSIONS, device, key -> true)
        .join(
            actor,
            Wire.handler(
                Conversion.getDefaultInstance(),
                granted.taking(Conversion::getGrantsList, namesakes.alone(restores.handler()))));
  }

  /** As {@link Self#begin} does it, with numbers that are no accident. */
  private Self begin(Path folder) throws IOException {
    Path instance = folder.resolve("instance");
    Path run = folder.resolve("run");
    if (!Files.exists(instance)) {
      DurableFiles.write(instance, uuid());
    }
    String before = Files.exists(run) ? Files.readString(run) : "";
    DurableFiles.write(run, uuid());
    return new Self(device, Files.readString(instance), Files.readString(run), before);
  }

  private String uuid() {
    return "%08d-0000-4000-8000-%012d".formatted(world.draw(99_999_999), ++runs);
  }

  /** Says every few seconds that it is there, to who has to hear it. */
  private void beat(Self self, Namesakes namesakes) {
    try {
      while (true) {
        if (!world.broker().isAway() && namesakes.maySpeak()) {
          DeviceProfile profile = profile(self);
          last = Optional.of(profile);
          world.announce(profile);
        }
        if (world.isAloneUnder(device)) {
          // Nobody else is there to be heard by; its word is taken from it when it is asked for.
          speaker = Optional.of(self);
          return;
        }
        world.scheduler().sleep(Heartbeat.PERIOD);
      }
    } catch (InterruptedException e) {
      world.say("the heartbeat was interrupted");
    }
  }

  String device() {
    return device;
  }

  /** The operator gives it a name of its own; to be started anew. */
  void rename(String name) {
    device = name;
  }

  /** Hears another's announcement, or its own. */
  void hear(Received record) {
    if (current.filter(Scheduler.Actor::isAwake).isPresent()) {
      ears.ifPresent(namesakes -> namesakes.hear(record));
    }
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
