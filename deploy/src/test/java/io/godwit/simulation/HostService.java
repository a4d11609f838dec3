package io.godwit.simulation;

import io.godwit.blob.BlobStore;
import io.godwit.checkpointer.Rehearsals;
import io.godwit.checkpointer.Requests;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.MigrationObserver;
import io.godwit.checkpointer.preflight.ContainersInMigration;
import io.godwit.checkpointer.preflight.DeviceChecks;
import io.godwit.checkpointer.preflight.Preflight;
import io.godwit.checkpointer.source.ElfPrograms;
import io.godwit.checkpointer.source.HostFacts;
import io.godwit.checkpointer.source.InotifyWatches;
import io.godwit.checkpointer.source.MigrationPoints;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcessIdentity;
import io.godwit.checkpointer.work.Deadlines;
import io.godwit.checkpointer.work.Inbox;
import io.godwit.checkpointer.work.Steps;
import io.godwit.checkpointer.work.Worker;
import io.godwit.contract.Rehearsal;
import io.godwit.contract.Request;
import io.godwit.criu.CriuVersion;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.ReadOnlyRoot;
import io.godwit.docker.SharedMemory;
import io.godwit.docker.StartSettings;
import io.godwit.isa.Isa;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Topic;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** A checkpointer, made of the real parts as its Main makes it. */
record HostService(World world, Machine machine) implements Machine.Service {
  private static final int AT_ONCE = 2;

  @Override
  public String name() {
    return machine.name() + "/checkpointer";
  }

  @Override
  public void main(Scheduler.Actor actor) throws Exception {
    String host = machine.name();
    Path state = machine.disk().root().resolve("var/checkpointer");
    CommandRunner commands = machine.commands();
    Clock clock = machine.clock();
    Sleeper sleeper = world.sleeper();
    DockerClient engine = new DockerClient(world, machine);
    DecisionLog log = world.broker().log();
    HostFacts facts =
        new HostFacts(
            host, Isa.X86_64, 4096, List.of(), Optional.of(CriuVersion.find("4.2.1").orElseThrow()));
    ProcFs processes = new ProcFs(machine.processes().folder());
    InotifyWatches watches = new InotifyWatches(processes, commands);
    CriuOptions criu = new CriuOptions(machine.criuConf());
    criu.recover();
    Journal journal = new Journal(state);
    MigrationObserver observer = world.migrations().observer(host);
    Gate gate = new Gate(journal, clock, observer);
    ContainersInMigration inMigration = new ContainersInMigration();
    DeviceChecks devices = new DeviceChecks(new Directory(world), facts, clock);
    Inbox inbox = new Inbox(world.threads());
    Steps steps =
        new Steps(
            new Steps.Machine(
                facts,
                engine,
                criu,
                new LayerFiles(commands, clock),
                new SharedMemory(commands),
                new ReadOnlyRoot(commands, processes.folder()),
                new StartSettings(commands, processes.folder()),
                processes,
                watches,
                new ProcessIdentity(processes, machine.processes()),
                new MigrationPoints(
                    processes::ofContainer,
                    new ElfPrograms(processes),
                    machine.processes(),
                    clock,
                    sleeper)),
            new Steps.Meeting(world.broker(), log, world.store(), devices),
            new Preflight(engine, processes, watches, facts, devices, inMigration),
            journal,
            inbox,
            gate,
            (migration, what, total) -> BlobStore.SILENT,
            Deadlines.STANDARD,
            state,
            clock,
            sleeper);
    Worker worker = new Worker(steps, journal, gate, inMigration, inbox, sleeper, AT_ONCE);
    worker.recover();
    Requests requests = new Requests(host, journal, worker, log, inbox, observer, clock);
    Rehearsals rehearsals = new Rehearsals(journal, inbox);
    world
        .group(Topic.REHEARSALS, host, host::equals)
        .join(actor, (key, value) -> rehearsals.handle(key, (Rehearsal) value));
    world
        .group(Topic.REQUESTS, host, host::equals)
        .join(actor, (key, value) -> requests.handle(key, (Request) value));
  }
}
