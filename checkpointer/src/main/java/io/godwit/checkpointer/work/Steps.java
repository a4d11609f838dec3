package io.godwit.checkpointer.work;

import io.godwit.blob.BlobStore;
import io.godwit.blob.SavedImages;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.State;
import io.godwit.checkpointer.pages.Precopy;
import io.godwit.checkpointer.preflight.DeviceChecks;
import io.godwit.checkpointer.preflight.Preflight;
import io.godwit.checkpointer.source.CgroupFreezer;
import io.godwit.checkpointer.source.HostFacts;
import io.godwit.checkpointer.source.InitProgram;
import io.godwit.checkpointer.source.InotifyWatches;
import io.godwit.checkpointer.source.MigrationPoints;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcessIdentity;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.LeftBehind;
import io.godwit.docker.ReadOnlyRoot;
import io.godwit.docker.SharedMemory;
import io.godwit.docker.StartSettings;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Sleeper;
import java.nio.file.Path;
import java.time.Clock;

/** The step of every state. */
public final class Steps {
  private final Step pending;
  private final Step preflight;
  private final Step rehearsing;
  private final Step checkpointing;
  private final Step outcome;
  private final Step undo;
  private final Step finish;
  private final Step rolledBack;

  /** What the host is made of. */
  public record Machine(
      HostFacts facts,
      DockerEngine engine,
      CriuOptions criu,
      LayerFiles layers,
      SharedMemory sharedMemory,
      ReadOnlyRoot readOnlyRoot,
      StartSettings startSettings,
      ProcFs processes,
      InotifyWatches watches,
      ProcessIdentity identity,
      MigrationPoints points) {}

  /** What services meet at. */
  public record Meeting(
      Publisher publisher, DecisionLog log, BlobStore blobs, DeviceChecks devices) {}

  /**
   * @param stateDir for notes that this machine's agent reads or writes, too
   */
  public Steps(
      Machine machine,
      Meeting meeting,
      Preflight checks,
      Journal journal,
      Inbox inbox,
      Gate gate,
      Progress progress,
      Deadlines deadlines,
      Path stateDir,
      Clock clock,
      Sleeper sleeper) {
    GoOrNot goOrNot = new GoOrNot(meeting.log(), gate, clock);
    FreezeWatch freezes =
        new FreezeWatch(
            machine.processes(),
            new CgroupFreezer(machine.processes(), Path.of("/sys/fs/cgroup")),
            // Beside the step, so no time of the step passes by it.
            Thread::sleep);
    DumpWatch watch = new DumpWatch(machine.engine(), machine.processes(), freezes, clock, sleeper);
    TreeSender trees =
        new TreeSender(machine.engine(), machine.layers(), meeting.blobs(), journal, progress);
    AheadSender sender =
        new AheadSender(
            machine.engine(),
            machine.layers(),
            new InitProgram(machine.processes()),
            trees,
            meeting.blobs(),
            journal,
            new SavedImages(stateDir, meeting.blobs()),
            progress);
    RollBack rollBack =
        new RollBack(
            machine.engine(),
            machine.criu(),
            machine.sharedMemory(),
            machine.readOnlyRoot(),
            machine.startSettings(),
            machine.points(),
            machine.processes(),
            machine.identity(),
            watch,
            journal,
            gate,
            clock);
    Freezer freezer =
        new Freezer(
            machine.engine(),
            machine.criu(),
            machine.sharedMemory(),
            machine.points(),
            machine.processes(),
            machine.watches(),
            machine.identity(),
            watch,
            goOrNot,
            journal,
            gate,
            clock,
            deadlines.park(),
            machine.facts());
    MemoryAhead memory =
        new MemoryAhead(
            new Precopy(
                machine.processes(),
                machine.processes().folder(),
                meeting.blobs(),
                machine.facts().pageSize()),
            meeting.publisher(),
            journal,
            inbox,
            gate,
            progress,
            goOrNot,
            clock);
    CheckpointUploader uploader =
        new CheckpointUploader(
            machine.engine(),
            machine.layers(),
            trees,
            meeting.blobs(),
            journal,
            progress,
            machine.facts(),
            clock);
    this.pending = new PendingStep(gate, clock, deadlines.migration());
    this.preflight =
        new PreflightStep(
            checks, journal, meeting.blobs(), goOrNot, gate, clock, machine.facts().isa());
    this.rehearsing =
        new RehearsalStep(
            sender,
            memory,
            meeting.publisher(),
            journal,
            inbox,
            meeting.devices(),
            goOrNot,
            gate,
            clock,
            deadlines.rehearsal());
    this.checkpointing =
        new CheckpointStep(
            checks, meeting.devices(), freezer, uploader, rollBack, watch, goOrNot, gate);
    this.outcome =
        new OutcomeStep(
            meeting.log(), meeting.publisher(), gate, clock, sleeper, deadlines.doubt());
    this.undo = new UndoStep(rollBack, meeting.log(), gate, clock, sleeper);
    this.finish =
        new FinishStep(
            machine.engine(),
            machine.sharedMemory(),
            new LeftBehind(stateDir),
            journal,
            gate,
            sleeper);
    this.rolledBack = new RolledBackStep(gate);
  }

  Step of(State state) {
    return switch (state) {
      case PENDING -> pending;
      case PREFLIGHT -> preflight;
      case REHEARSING -> rehearsing;
      case CHECKPOINTING -> checkpointing;
      case CHECKPOINTED, CLAIMED, IN_DOUBT -> outcome;
      case FAILED, ABORTED -> undo;
      case SUCCEEDED -> finish;
      case ROLLED_BACK -> rolledBack;
    };
  }
}
