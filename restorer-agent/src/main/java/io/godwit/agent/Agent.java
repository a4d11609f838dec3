package io.godwit.agent;

import io.godwit.agent.hold.EngineRuntime;
import io.godwit.agent.hold.RuntimeFolder;
import io.godwit.agent.machine.CriuProgram;
import io.godwit.agent.machine.DeviceProfiler;
import io.godwit.agent.machine.Heartbeat;
import io.godwit.agent.machine.MachineFacts;
import io.godwit.agent.machine.Namesakes;
import io.godwit.agent.rehearsal.PortCheck;
import io.godwit.agent.rehearsal.Requirements;
import io.godwit.agent.state.Boot;
import io.godwit.agent.state.DevicePolicy;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.Self;
import io.godwit.agent.state.StateFolder;
import io.godwit.agent.state.Workplace;
import io.godwit.blob.Grants;
import io.godwit.blob.S3BlobStore;
import io.godwit.contract.Conversion;
import io.godwit.contract.PagesAhead;
import io.godwit.contract.Preparation;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.HttpDockerEngine;
import io.godwit.messaging.EventPublisher;
import io.godwit.messaging.Group;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Party;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Wire;
import io.godwit.service.Metric;
import io.godwit.service.ServiceRuntime;
import io.godwit.service.Settings;
import io.godwit.service.StateLock;
import io.godwit.service.Threads;
import io.godwit.trace.Spans;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** The restorer-agent's parts, for a JVM of their own or one that they share. */
public final class Agent {
  /** As in events and consumer groups. */
  public static final String SERVICE = "restorer-agent";

  private Agent() {}

  /** What it uses on Kafka. */
  public static Party.Agent party(Settings settings) {
    return new Party.Agent(settings.device());
  }

  /**
   * Starts the agent of this machine; its parts stop with the runtime. Settles what an earlier run
   * left, and only then takes anything new.
   *
   * @throws IOException when the state folder cannot be used or the machine does not say what it is
   */
  public static void start(
      ServiceRuntime runtime, KafkaMessaging kafka, S3BlobStore blobs, Clock clock)
      throws IOException, InterruptedException {
    Settings settings = runtime.settings();
    DevicePolicy policy = DevicePolicy.of(settings);
    MachineFacts machine = MachineFacts.ofThisMachine();
    CommandRunner commands = CommandRunner.ofProcesses();

    Path folder = settings.stateDir().resolve("agent");
    runtime.adopt("agent's folder", StateLock.take(folder, clock));
    var state = new StateFolder(folder, Boot.now(machine.proc()));
    var self = Self.begin(settings.device(), state);
    var journal = new Journal(state.journal(), state.boot());
    var options = new CriuOptions(CriuOptions.RUNC_CONF, clock, Sleeper.SYSTEM);
    options.recover();

    var engine = runtime.adopt("agent's engine", new HttpDockerEngine(settings.dockerHost()));
    var spans = runtime.adopt("agent's traces", Spans.of(settings, SERVICE));
    var events =
        runtime.adopt(
            "agent's events", new EventPublisher(kafka.publisher(), SERVICE, clock, spans));
    var log = runtime.adopt("agent's decisions", kafka.decisionLog());

    var namesakes = new Namesakes(self, clock, Sleeper.SYSTEM);
    var devices = runtime.adopt("agent's devices", kafka.listen(Topic.DEVICES, namesakes::hear));
    runtime.unreadyFor(namesakes::reasons);
    namesakes.listen(() -> devices.caughtUp(() -> true));
    boolean holds = new EngineRuntime(machine.proc(), commands).holds(settings.dockerHost());
    var profiler =
        new DeviceProfiler(
            self, version(), machine, new CriuProgram(commands, clock), engine, holds, clock);
    var labels = settings.deviceLabels();
    var heartbeat =
        runtime.adopt(
            "heartbeat",
            new Heartbeat(
                () -> profiler.profile().toBuilder().putAllLabels(labels).build(),
                kafka.publisher(),
                clock,
                Threads.SYSTEM,
                new Heartbeat.Ways(
                    Heartbeat.PERIOD, namesakes::maySpeak, runtime.liveness()::stuck)));

    Metric.DEVICE_SILENT.gauge(runtime.metrics(), () -> heartbeat.silence().toMillis() / 1000.0);
    Metric.DEVICE_FIT.gauge(
        runtime.metrics(), () -> heartbeat.latest().getUnfitList().isEmpty() ? 1 : 0);

    var granted = new Granted(new Grants(clock));
    var parts =
        Parts.at(
            new Workplace(
                new Workplace.Device(
                    engine, options, commands, machine.proc(), machine.isa(), machine.pageSize()),
                new Workplace.Meeting(
                    kafka.publisher(),
                    events,
                    log,
                    blobs.ofDevice(self.device(), granted.grants())),
                new Workplace.Desk(self, state, journal, settings.stateDir(), policy),
                new Workplace.Waiting(clock, Sleeper.SYSTEM, Threads.SYSTEM)),
            Optional.of(RuntimeFolder.OF_THIS_MACHINE));
    runtime.adopt("what waits here", parts.waiting());
    var rehearsals =
        parts.rehearsals(
            heartbeat::latest,
            new Requirements(heartbeat::look, parts.containers(), PortCheck.ofThisMachine()));
    var restores = parts.restores();
    restores.recovery().run();
    restores.recovery().sweep();

    // Before it joins the groups: under one name it would put the other out of them.
    namesakes.awaitAlone();
    String device = self.device();
    Group group = party(settings).group().orElseThrow();
    runtime.adopt(
        "preparations",
        kafka.subscribeOwn(
            Topic.PREPARATIONS,
            device,
            group,
            Wire.handler(
                Preparation.getDefaultInstance(),
                granted.taking(Preparation::getGrantsList, namesakes.alone(rehearsals)))));
    runtime.adopt(
        "pages",
        kafka.subscribeOwn(
            Topic.PAGES,
            device,
            group,
            Wire.handler(
                PagesAhead.getDefaultInstance(),
                granted.taking(PagesAhead::getGrantsList, namesakes.alone(restores.pages())))));
    runtime.adopt(
        "conversions",
        kafka.subscribeOwn(
            Topic.CONVERSIONS,
            device,
            group,
            Wire.handler(
                Conversion.getDefaultInstance(),
                granted.taking(Conversion::getGrantsList, namesakes.alone(restores.handler())))));
  }

  private static String version() {
    return Optional.ofNullable(Agent.class.getPackage().getImplementationVersion())
        .orElse("development");
  }
}
