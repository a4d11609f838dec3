package io.godwit.simulation;

import io.godwit.blob.BlobStore;
import io.godwit.blob.GrantingPublisher;
import io.godwit.checkpointer.Rehearsals;
import io.godwit.checkpointer.Requests;
import io.godwit.checkpointer.freeze.Waiting;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.MigrationObserver;
import io.godwit.checkpointer.preflight.ContainersInMigration;
import io.godwit.checkpointer.preflight.DeviceChecks;
import io.godwit.checkpointer.preflight.Preflight;
import io.godwit.checkpointer.source.CgroupFreezer;
import io.godwit.checkpointer.source.ElfPrograms;
import io.godwit.checkpointer.source.Firewall;
import io.godwit.checkpointer.source.HostFacts;
import io.godwit.checkpointer.source.InotifyWatches;
import io.godwit.checkpointer.source.MigrationPoints;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcessIdentity;
import io.godwit.checkpointer.work.Deadlines;
import io.godwit.checkpointer.work.Inbox;
import io.godwit.checkpointer.work.Worker;
import io.godwit.checkpointer.work.Workshop;
import io.godwit.contract.Rehearsal;
import io.godwit.contract.Request;
import io.godwit.criu.CriuVersion;
import io.godwit.docker.CriuOptions;
import io.godwit.isa.Isa;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Wire;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** A checkpointer, made of the real parts as its Main makes it. */
record HostService(World world, Machine machine) implements Machine.Service {
  private static final int AT_ONCE = 2;

  /** Where one keeps what it must find again. */
  static Path state(Machine machine) {
    return machine.disk().root().resolve("var/checkpointer");
  }

  @Override
  public String name() {
    return machine.name() + "/checkpointer";
  }

  @Override
  public void main(Scheduler.Actor actor) throws Exception {
    String host = machine.name();
    Path state = state(machine);
    Clock clock = machine.clock();
    DockerClient engine = new DockerClient(world, machine);
    DecisionLog log = world.broker().log();
    Optional<CriuVersion> criuVersion = CriuVersion.find("4.2.1");
    HostFacts facts = new HostFacts(host, Isa.X86_64, 4096, List.of(), criuVersion);
    ProcFs processes = new ProcFs(machine.processes().folder());
    InotifyWatches watches = new InotifyWatches(processes, machine.commands());
    CriuOptions criu = new CriuOptions(machine.criuConf(), clock, world.sleeper());
    criu.recover();
    Journal journal = new Journal(state);
    MigrationObserver observer = world.migrations().observer(host);
    Gate gate = new Gate(journal, clock, observer);
    ContainersInMigration inMigration = new ContainersInMigration();
    DeviceChecks devices = new DeviceChecks(new Directory(world), facts, clock);
    Inbox inbox = new Inbox(world.threads());
    Workshop workshop =
        new Workshop(
            new Workshop.Machine(
                facts,
                engine,
                criu,
                machine.commands(),
                processes,
                watches,
                new ProcessIdentity(processes, machine.processes()),
                new MigrationPoints(
                    processes::ofContainer,
                    new ElfPrograms(processes),
                    machine.processes(),
                    clock,
                    world.sleeper()),
                new CgroupFreezer(processes, machine.cgroups())),
            new Workshop.Meeting(
                new GrantingPublisher(world.broker(), world.store(), clock),
                log,
                world.store(),
                devices),
            new Preflight(
                engine,
                processes,
                watches,
                new Firewall(processes, machine.commands()),
                facts,
                devices,
                inMigration),
            new Workshop.Desk(journal, gate, inbox, (migration, what, total) -> BlobStore.SILENT),
            state,
            Deadlines.STANDARD,
            new Waiting(clock, world.sleeper(), world.threads()));
    Worker worker =
        new Worker(
            workshop.steps(),
            journal,
            gate,
            inMigration,
            inbox,
            world.sleeper(),
            world.threads(),
            AT_ONCE);
    world.migrations().read(host, journal);
    worker.recover();
    Requests requests = new Requests(host, journal, worker, log, inbox, observer, clock);
    Rehearsals rehearsals = new Rehearsals(journal, inbox);
    world
        .group(Topic.REHEARSALS, host, host::equals)
        .join(actor, Wire.handler(Rehearsal.getDefaultInstance(), rehearsals));
    world
        .group(Topic.REQUESTS, host, host::equals)
        .join(actor, Wire.handler(Request.getDefaultInstance(), requests::handle));
  }
}
