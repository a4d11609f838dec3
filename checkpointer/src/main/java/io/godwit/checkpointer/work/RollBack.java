package io.godwit.checkpointer.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.checkpointer.freeze.CheckpointFolder;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Touch;
import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.MigrationPoints;
import io.godwit.checkpointer.source.ParkException;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcessIdentity;
import io.godwit.checkpointer.source.SourceContainer;
import io.godwit.docker.CriuLog;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.DockerException;
import io.godwit.docker.LinkedMounts;
import io.godwit.docker.ReadOnlyRoot;
import io.godwit.docker.SharedMemory;
import io.godwit.docker.StartSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Undoes what was done to the source: it runs on from where it stood still, under its own restart
 * policy. Looks at what really is before it does anything, so it may be called at any time, and
 * again after a crash.
 */
final class RollBack {
  /** CRIU's log of the restore, kept in the migration's folder. */
  static final String LOG = "restore.log";

  private static final Logger LOGGER = LoggerFactory.getLogger(RollBack.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int STARTS = 2;

  private final DockerEngine engine;
  private final CriuOptions criu;
  private final SharedMemory sharedMemory;
  private final ReadOnlyRoot readOnlyRoot;
  private final StartSettings startSettings;
  private final MigrationPoints points;
  private final ProcFs processes;
  private final ProcessIdentity identity;
  private final DumpWatch watch;
  private final Journal journal;
  private final Gate gate;
  private final Clock clock;

  RollBack(
      DockerEngine engine,
      CriuOptions criu,
      SharedMemory sharedMemory,
      ReadOnlyRoot readOnlyRoot,
      StartSettings startSettings,
      MigrationPoints points,
      ProcFs processes,
      ProcessIdentity identity,
      DumpWatch watch,
      Journal journal,
      Gate gate,
      Clock clock) {
    this.engine = engine;
    this.criu = criu;
    this.sharedMemory = sharedMemory;
    this.readOnlyRoot = readOnlyRoot;
    this.startSettings = startSettings;
    this.points = points;
    this.processes = processes;
    this.identity = identity;
    this.watch = watch;
    this.journal = journal;
    this.gate = gate;
    this.clock = clock;
  }

  /**
   * Has the source run on.
   *
   * @return the migration with nothing to undo
   * @throws RollBackException when it does not run as it was; nothing was thrown away then
   * @throws IOException when the Engine does not answer
   */
  Migration run(Migration migration)
      throws IOException, RollBackException, ParkException, InterruptedException {
    Touch touch = migration.touch();
    String id = migration.knownSource().containerId();
    boolean dumped =
        touch.dumped()
            || (touch.checkpoint().isPresent()
                && watch.endsWithDump(id, folder(migration, touch.checkpoint().get())));
    SourceContainer container = container(id);
    if (container.runs() && identity(container).isEmpty()) {
      watch.awaitStopped(id);
      container = container(id);
    }
    if (container.runs()) {
      requireIdentity(container, touch);
    } else if (dumped) {
      restore(migration, container, touch.checkpoint().orElseThrow());
    } else {
      throw new RollBackException(
          "container %s is %s and there is no checkpoint of it: it ended by itself, or was stopped. Start it with: docker start %s"
              .formatted(container.name(), container.status(), container.name()));
    }
    JsonNode now = container(id).inspect();
    Optional<String> unset = dumped ? startSettings.ensure(now) : Optional.empty();
    Optional<String> otherwise = readOnlyRoot.ensure(now).or(() -> unset);
    if (otherwise.isPresent()) {
      throw new RollBackException(
          "container %s runs on, but: %s".formatted(container.name(), otherwise.get()));
    }
    sharedMemory.adopt(held(migration), SharedMemory.mountOf(engine, id));
    if (touch.askedToPark()) {
      points.goOn(id);
    }
    if (touch.restartPolicy().isPresent()) {
      engine.setRestartPolicy(id, JSON.readTree(touch.restartPolicy().get()));
    }
    if (!container(id).runs()) {
      throw new RollBackException(
          "container %s ended while it was told to go on. See: docker logs %s"
              .formatted(container.name(), container.name()));
    }
    if (touch.checkpoint().isPresent()) {
      deleteCheckpoint(id, touch.checkpoint().get(), folder(migration, touch.checkpoint().get()));
    }
    return gate.note(migration.withTouch(touch.undone()));
  }

  private Path held(Migration migration) throws IOException {
    return journal.keptFile(migration.id(), TreeSender.HELD);
  }

  private CheckpointFolder folder(Migration migration, String checkpoint) throws IOException {
    return CheckpointFolder.of(
        engine,
        migration.knownSource().containerId(),
        checkpoint,
        journal.workFolder(migration.id()));
  }

  private void deleteCheckpoint(String id, String checkpoint, CheckpointFolder folder) {
    try {
      engine.deleteCheckpoint(id, checkpoint);
      folder.discard();
    } catch (IOException e) {
      LOGGER.warn("checkpoint {} of the source stays on disk: {}", checkpoint, e.getMessage());
    }
  }

  private void restore(Migration before, SourceContainer container, String checkpoint)
      throws IOException, RollBackException {
    Path log = journal.keptFile(before.id(), LOG);
    CheckpointFolder folder = folder(before, checkpoint);
    Migration migration = gate.note(before.withTouch(before.touch().withRestartTried()));
    folder.uncountReservations();
    List<String> options =
        new ArrayList<>(CriuOptions.ofMigration(log, before.request().getOptions().getTcp()));
    options.addAll(SharedMemory.options(held(before)));
    options.addAll(folder.options());
    options.addAll(folder.cgroupMounts(container.id()));
    options.addAll(readOnlyRoot.options(container.inspect()));
    ReadOnlyRoot.prepare(container.inspect());
    options.addAll(LinkedMounts.options(engine, container.inspect()));
    String failure = "";
    boolean restored = false;
    try {
      for (int start = 0; start < STARTS; start++) {
        if (start > 0 || before.touch().restartTried()) {
          folder.touch(clock.instant());
        }
        Optional<String> failed = start(container, checkpoint, options, log);
        if (failed.isEmpty()) {
          failed = notTheSame(migration, container);
        }
        if (failed.isEmpty()) {
          restored = true;
          return;
        }
        failure = failed.get();
        LOGGER.warn("the source does not start from {}: {}", folder, failure);
      }
    } finally {
      if (!restored) {
        // It is for people now, who have only the Engine's folder.
        folder.handOver();
      }
    }
    throw new RollBackException(
        "container %s does not start from its checkpoint, which is kept in %s: %s. When the cause is mended, start it with: docker start --checkpoint %s %s"
            .formatted(container.name(), folder, failure, checkpoint, container.name()));
  }

  /** Starts; says why it failed, where it did. */
  private Optional<String> start(
      SourceContainer container, String checkpoint, List<String> options, Path log)
      throws IOException, RollBackException {
    try (var inForce = criu.put(options)) {
      engine.startFromCheckpoint(container.id(), checkpoint);
      return Optional.empty();
    } catch (DockerException e) {
      if (e.status() == 0) {
        throw e;
      }
      return container(container.id()).runs()
          ? Optional.empty()
          : Optional.of(e.getMessage() + CriuLog.words(log));
    }
  }

  // Docker has been seen to start from the beginning when asked to restore, without an error. Such
  // a
  // process is stopped at once, before it changes more of what the checkpoint relies on.
  private Optional<String> notTheSame(Migration migration, SourceContainer stopped)
      throws IOException, RollBackException {
    SourceContainer container = container(stopped.id());
    Optional<String> now = identity(container);
    if (now.isPresent() && now.equals(migration.touch().identity())) {
      return Optional.empty();
    }
    if (container.runs()) {
      engine.stop(container.id(), Duration.ZERO);
      return Optional.of(
          "the Engine started it from the beginning although it was asked to restore it, so it was stopped again");
    }
    return Optional.of("its process ended as soon as it was restored");
  }

  private void requireIdentity(SourceContainer container, Touch touch)
      throws IOException, RollBackException {
    if (touch.identity().isPresent() && !identity(container).equals(touch.identity())) {
      throw new RollBackException(
          "container %s runs, but not the process that was frozen: somebody has started it anew. It was left alone"
              .formatted(container.name()));
    }
  }

  private Optional<String> identity(SourceContainer container) throws IOException {
    Optional<HostProcess> first = processes.find(container.firstPid().orElse(0L));
    return first.isEmpty() ? Optional.empty() : Optional.of(identity.of(first.get()));
  }

  private SourceContainer container(String id) throws IOException, RollBackException {
    return engine
        .inspect(id)
        .map(SourceContainer::new)
        .orElseThrow(() ->
            new RollBackException(
                "container %s was removed while it was being moved, so it cannot run on"
                    .formatted(id)));
  }
}
