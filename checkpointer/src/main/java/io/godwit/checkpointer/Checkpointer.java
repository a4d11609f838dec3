package io.godwit.checkpointer;

import io.godwit.blob.GrantingPublisher;
import io.godwit.blob.S3BlobStore;
import io.godwit.checkpointer.freeze.Waiting;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.preflight.ContainersInMigration;
import io.godwit.checkpointer.preflight.DeviceChecks;
import io.godwit.checkpointer.preflight.Inventory;
import io.godwit.checkpointer.preflight.Preflight;
import io.godwit.checkpointer.source.CgroupFreezer;
import io.godwit.checkpointer.source.ElfPrograms;
import io.godwit.checkpointer.source.Firewall;
import io.godwit.checkpointer.source.HostFacts;
import io.godwit.checkpointer.source.InotifyWatches;
import io.godwit.checkpointer.source.MigrationPoints;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcMemory;
import io.godwit.checkpointer.source.ProcessIdentity;
import io.godwit.checkpointer.source.ProcessTable;
import io.godwit.checkpointer.work.Announcer;
import io.godwit.checkpointer.work.Checks;
import io.godwit.checkpointer.work.Deadlines;
import io.godwit.checkpointer.work.HostVoice;
import io.godwit.checkpointer.work.Inbox;
import io.godwit.checkpointer.work.Worker;
import io.godwit.checkpointer.work.Workshop;
import io.godwit.contract.Rehearsal;
import io.godwit.contract.Request;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.HttpDockerEngine;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.DeviceDirectory;
import io.godwit.messaging.EventPublisher;
import io.godwit.messaging.Group;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Party;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Wire;
import io.godwit.service.ServiceRuntime;
import io.godwit.service.Settings;
import io.godwit.service.StateLock;
import io.godwit.service.Threads;
import io.godwit.trace.Spans;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/** The parts of the checkpointer, for a JVM of its own or one that it shares. */
public final class Checkpointer {
  /** As in events and consumer groups. */
  public static final String SERVICE = "checkpointer";

  private static final Path PROC = Path.of("/proc");
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  private Checkpointer() {}

  /** What it uses on Kafka. */
  public static Party.Checkpointer party(Settings settings) {
    return new Party.Checkpointer(settings.host());
  }

  /**
   * Starts the checkpointer of this machine; its parts stop with the runtime. Goes on with what its
   * journal has, and only then takes new requests. Waits for the broker, and looks whether its
   * topics are safe, before it listens to anybody: what was given up thaws before that.
   *
   * @throws IOException when the journal cannot be read or the machine does not say what it is
   */
  public static void start(
      ServiceRuntime runtime, KafkaMessaging kafka, S3BlobStore blobs, Clock clock)
      throws IOException, InterruptedException {
    Settings settings = runtime.settings();
    String host = settings.host();
    Path state = settings.stateDir();
    CommandRunner commands = CommandRunner.ofProcesses();

    DockerEngine engine = runtime.adopt("engine", new HttpDockerEngine(settings.dockerHost()));
    Spans spans = runtime.adopt("traces", Spans.of(settings, SERVICE));
    EventPublisher events =
        runtime.adopt("events", new EventPublisher(kafka.publisher(), SERVICE, clock, spans));
    DecisionLog log = runtime.adopt("decisions", kafka.decisionLog());
    DeviceDirectory directory = runtime.adopt("devices", kafka.deviceDirectory());

    HostFacts facts = HostFacts.ask(host, PROC, System.getProperty("os.arch"), commands);
    ProcFs processes = new ProcFs(PROC);
    InotifyWatches watches = new InotifyWatches(processes, commands);
    ProcMemory memory = new ProcMemory(PROC);
    CriuOptions criu = new CriuOptions(CriuOptions.RUNC_CONF, clock, Sleeper.SYSTEM);
    criu.recover();

    runtime.adopt("state folder", StateLock.take(state.resolve(Journal.FOLDER), clock));
    Journal journal = new Journal(state);
    Announcer announcer = new Announcer(events, runtime.metrics(), clock);
    announcer.goesOn(journal.unsettled());
    Gate gate = new Gate(journal, clock, announcer);
    ContainersInMigration inMigration = new ContainersInMigration();
    DeviceChecks devices = new DeviceChecks(directory, facts, clock);
    Inbox inbox = new Inbox(Threads.SYSTEM);
    Preflight preflight =
        new Preflight(
            engine,
            processes,
            watches,
            new Firewall(processes, commands),
            facts,
            devices,
            inMigration);
    Workshop workshop =
        new Workshop(
            new Workshop.Machine(
                facts,
                engine,
                criu,
                commands,
                processes,
                watches,
                new ProcessIdentity(processes, memory),
                new MigrationPoints(
                    processes::ofContainer,
                    new ElfPrograms(processes),
                    memory,
                    clock,
                    Sleeper.SYSTEM),
                new CgroupFreezer(processes, CGROUPS)),
            new Workshop.Meeting(
                new GrantingPublisher(kafka.publisher(), blobs, clock), log, blobs, devices),
            preflight,
            new Workshop.Desk(journal, gate, inbox, announcer),
            state,
            deadlines(settings),
            new Waiting(clock, Sleeper.SYSTEM, Threads.SYSTEM));
    Worker worker =
        runtime.adopt(
            "worker",
            new Worker(
                workshop.steps(),
                journal,
                gate,
                inMigration,
                inbox,
                Sleeper.SYSTEM,
                Threads.SYSTEM,
                settings.migrationsAtOnce()));
    worker.recover(() -> kafka.createTopicsPatiently(party(settings)));

    Requests requests = new Requests(host, journal, worker, log, inbox, announcer, clock);
    Checks checks =
        runtime.adopt(
            "checks",
            new Checks(
                host,
                facts.isa(),
                preflight,
                state.resolve("checks"),
                kafka.publisher(),
                clock,
                Threads.SYSTEM));
    Inventory inventory = new Inventory(engine, new ProcessTable(PROC), facts, clock);
    Rehearsals rehearsals = new Rehearsals(journal, inbox);
    Group group = party(settings).group().orElseThrow();
    runtime.adopt(
        "rehearsals",
        kafka.subscribe(
            Topic.REHEARSALS,
            group,
            host::equals,
            Wire.handler(Rehearsal.getDefaultInstance(), rehearsals)));
    runtime.adopt(
        "requests",
        kafka.subscribe(
            Topic.REQUESTS,
            group,
            host::equals,
            Wire.recordHandler(
                Request.getDefaultInstance(),
                (record, request) -> {
                  checks.ask(request.getCheck());
                  requests.handle(record.writtenAt(), Requests.traced(request, record));
                })));
    runtime.adopt(
        "host's voice", new HostVoice(inventory::look, kafka.publisher(), Threads.SYSTEM));
  }

  private static Deadlines deadlines(Settings settings) {
    return new Deadlines(
        Deadlines.STANDARD.migration(),
        settings.parkPatience(),
        settings.rehearsalPatience(),
        Deadlines.STANDARD.doubt());
  }
}
