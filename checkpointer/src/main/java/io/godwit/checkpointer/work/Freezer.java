package io.godwit.checkpointer.work;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.checkpointer.freeze.CheckpointFolder;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Source;
import io.godwit.checkpointer.pages.DumpCallers;
import io.godwit.checkpointer.pages.PageReceiver;
import io.godwit.checkpointer.preflight.RefusedException;
import io.godwit.checkpointer.source.HostFacts;
import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.InotifyWatches;
import io.godwit.checkpointer.source.MigrationPoints;
import io.godwit.checkpointer.source.ParkException;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcessIdentity;
import io.godwit.checkpointer.source.SourceContainer;
import io.godwit.contract.TcpConnections;
import io.godwit.contract.Twin;
import io.godwit.docker.ContainerSpec;
import io.godwit.docker.CriuLog;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.DockerException;
import io.godwit.docker.SharedMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Brings a container to a stand and has it dumped: restart policy to {@code no} (dockerd would
 * start a second copy), every process to its migration point where the ISA changes, dump. Each is
 * journaled before it is done. Leaves everything as it is when it fails; undoing is {@link
 * RollBack}'s.
 */
final class Freezer {
  /** CRIU's log of the dump, kept in the migration's folder. */
  static final String LOG = "dump.log";

  private final DockerEngine engine;
  private final CriuOptions criu;
  private final SharedMemory sharedMemory;
  private final MigrationPoints points;
  private final ProcFs processes;
  private final InotifyWatches watches;
  private final ProcessIdentity identity;
  private final DumpWatch watch;
  private final GoOrNot goOrNot;
  private final Journal journal;
  private final Gate gate;
  private final Clock clock;
  private final Duration parkPatience;
  private final HostFacts host;

  Freezer(
      DockerEngine engine,
      CriuOptions criu,
      SharedMemory sharedMemory,
      MigrationPoints points,
      ProcFs processes,
      InotifyWatches watches,
      ProcessIdentity identity,
      DumpWatch watch,
      GoOrNot goOrNot,
      Journal journal,
      Gate gate,
      Clock clock,
      Duration parkPatience,
      HostFacts host) {
    this.engine = engine;
    this.criu = criu;
    this.sharedMemory = sharedMemory;
    this.points = points;
    this.processes = processes;
    this.watches = watches;
    this.identity = identity;
    this.watch = watch;
    this.goOrNot = goOrNot;
    this.journal = journal;
    this.gate = gate;
    this.clock = clock;
    this.parkPatience = parkPatience;
    this.host = host;
  }

  /**
   * Freezes and dumps.
   *
   * @return the migration with a complete dump of its container, whose end the Engine may not have
   *     noticed yet
   * @throws ParkException when a process does not come to its migration point
   * @throws RefusedException when the deadline passed while another container was dumped
   * @throws IOException when the dump fails; the message has CRIU's last errors
   */
  Migration freeze(Migration before)
      throws IOException, ParkException, RefusedException, InterruptedException {
    SourceContainer container = running(before.knownSource());
    Migration migration = withoutRestart(before, container);
    Path log = journal.keptFile(migration.id(), LOG);
    String checkpoint = "godwit-" + before.id();
    CheckpointFolder folder =
        CheckpointFolder.of(engine, container.id(), checkpoint, journal.workFolder(migration.id()));
    TcpConnections tcp = before.request().getOptions().getTcp();
    List<String> options = new ArrayList<>(CriuOptions.ofMigration(log, tcp));
    options.addAll(CriuOptions.withoutLock(tcp, host.criu()));
    options.addAll(
        CriuOptions.watchedIn(watches.find(processes.ofContainer(container.id())).folders()));
    // What an earlier try left under this name; the container runs, so it is of no use.
    engine.deleteCheckpoint(container.id(), checkpoint);
    options.add(folder.prepare());
    // Taken before anything is parked: nobody stands still while another container is dumped.
    try (PageReceiver receiver =
            folder.receivePages(host.pageSize(), new DumpCallers(processes, container.id()));
        var inForce = criu.put(with(options, receiver.options()))) {
      // Another's dump may have taken long.
      goOrNot.requireTime(migration);
      migration = parked(migration, container);
      try {
        return dumped(migration, container, checkpoint, folder, log);
      } catch (IOException e) {
        receiver.failure().ifPresent(e::addSuppressed);
        throw e;
      }
    }
  }

  private static List<String> with(List<String> options, List<String> more) {
    return Stream.concat(options.stream(), more.stream()).toList();
  }

  private SourceContainer running(Source source) throws IOException {
    return engine
        .inspect(source.containerId())
        .map(SourceContainer::new)
        .filter(SourceContainer::runs)
        .orElseThrow(() -> new IOException("the container was stopped or removed since preflight"));
  }

  private Migration withoutRestart(Migration migration, SourceContainer container)
      throws IOException {
    JsonNode policy = container.restartPolicy();
    String name = policy.path("Name").asText();
    if (name.isEmpty() || name.equals("no")) {
      return migration;
    }
    Migration noted =
        gate.note(migration.withTouch(migration.touch().withRestartPolicy(policy.toString())));
    engine.setRestartPolicy(container.id(), ContainerSpec.noRestart());
    return noted;
  }

  private Migration parked(Migration before, SourceContainer container)
      throws IOException, ParkException, InterruptedException {
    Source source = before.knownSource();
    if (!source.changesIsa()) {
      return before;
    }
    Instant begin = clock.instant();
    Migration migration = gate.note(before.withTouch(before.touch().withAskedToPark()));
    Instant end = points.park(container.id(), source.targetIsa(), parkPatience);
    for (HostProcess process : processes.ofContainer(container.id())) {
      requireAsInPreflight(process, source);
    }
    return migration.withPhase(PhaseName.PARK.time(begin, end, 0));
  }

  private void requireAsInPreflight(HostProcess process, Source source)
      throws IOException, ParkException {
    String executable = processes.executable(process);
    if (source.twins().stream().map(Twin::getExecutable).noneMatch(executable::equals)) {
      throw new ParkException(
          "%s (process %d) was started after preflight, and its twin was not looked at; ask again"
              .formatted(executable, process.pid()));
    }
    if (processes.threads(process) > 1) {
      throw new ParkException(
          "%s (process %d) has started a second thread since preflight; a program with several cannot be moved to another ISA yet"
              .formatted(executable, process.pid()));
    }
  }

  private Migration dumped(
      Migration before,
      SourceContainer container,
      String checkpoint,
      CheckpointFolder folder,
      Path log)
      throws IOException, InterruptedException {
    HostProcess first =
        processes
            .find(container.firstPid().orElse(0L))
            .orElseThrow(() -> new IOException("the container's first process ended meanwhile"));
    Instant begin = clock.instant();
    Migration migration =
        gate.note(
            before.withTouch(before.touch().withCheckpoint(checkpoint, begin, identity.of(first))));
    if (SharedMemory.isEnginesOwn(container.inspect())) {
      sharedMemory.hold(
          SharedMemory.mountOf(engine, container.id()),
          journal.keptFile(before.id(), TreeSender.HELD));
    }
    try (var watching = watch.over(container.id())) {
      engine.checkpoint(container.id(), checkpoint, true);
    } catch (DockerException e) {
      // No answer says nothing: the Engine goes on with what it was asked to do.
      if (e.status() != 0 || !watch.endsWithDump(container.id(), folder)) {
        if (e.status() != 0 && processes.ofContainer(container.id()).contains(first)) {
          gate.note(migration.withTouch(migration.touch().withoutCheckpoint()));
        }
        throw new IOException("the dump failed: " + e.getMessage() + CriuLog.words(log), e);
      }
    }
    if (!folder.isComplete()) {
      throw new IOException(
          "the dump failed: the Engine reported no failure, but %s is not complete%s"
              .formatted(folder, CriuLog.words(log)));
    }
    return gate.note(
        migration
            .withTouch(migration.touch().withDumped())
            .withPhase(PhaseName.DUMP.time(begin, clock.instant(), 0)));
  }
}
