package io.godwit.checkpointer.work;

import io.godwit.blob.BlobStore;
import io.godwit.blob.SavedImages;
import io.godwit.checkpointer.freeze.Dumper;
import io.godwit.checkpointer.freeze.SourceControl;
import io.godwit.checkpointer.freeze.SourceRestore;
import io.godwit.checkpointer.freeze.Waiting;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
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
import io.godwit.docker.CheckpointStart;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.LeftBehind;
import io.godwit.docker.SharedMemory;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.Publisher;
import java.nio.file.Path;

/**
 * The steps, made of what a host has.
 *
 * @param machine the host
 * @param meeting what services meet at
 * @param checks what stands in the way of a move
 * @param desk what is kept of migrations
 * @param stateDir for notes that this machine's agent reads or writes, too
 * @param deadlines how long things may take
 * @param waiting how time passes
 */
public record Workshop(
    Machine machine,
    Meeting meeting,
    Preflight checks,
    Desk desk,
    Path stateDir,
    Deadlines deadlines,
    Waiting waiting) {

  /** What the host is made of. */
  public record Machine(
      HostFacts facts,
      DockerEngine engine,
      CriuOptions criu,
      CommandRunner commands,
      ProcFs processes,
      InotifyWatches watches,
      ProcessIdentity identity,
      MigrationPoints points,
      CgroupFreezer freezer) {}

  /** What services meet at. */
  public record Meeting(
      Publisher publisher, DecisionLog log, BlobStore blobs, DeviceChecks devices) {}

  /** What is kept, and told, of migrations. */
  public record Desk(Journal journal, Gate gate, Inbox inbox, Progress progress) {}

  /** Puts the steps together. */
  public Steps steps() {
    DecisionLog log = meeting.log();
    Gate gate = desk.gate();
    Journal journal = desk.journal();
    DockerEngine engine = machine.engine();
    GoOrNot goOrNot = new GoOrNot(log, gate, waiting.clock());
    SharedMemory sharedMemory = new SharedMemory(machine.commands());
    LayerFiles layers = new LayerFiles(machine.commands(), waiting.clock());
    TreeSender trees = new TreeSender(engine, layers, meeting.blobs(), journal, desk.progress());
    SourceControl control = control();
    GoingOn goingOn = new GoingOn(control, waiting);
    Parking parking =
        new Parking(machine.points(), machine.processes(), machine.identity(), deadlines.park());
    SourceUndo undo =
        new SourceUndo(
            engine,
            control,
            goingOn,
            new OwnCheckpoint(
                engine, machine.processes(), journal, meeting.blobs(), layers, sharedMemory),
            restore(sharedMemory),
            parking,
            journal,
            gate);
    FreezeStep freezing =
        new FreezeStep(
            new FreezeStep.Checks(checks, meeting.devices(), goOrNot),
            new FreezeStep.Hands(engine, control, dumper(control), parking, sharedMemory),
            new CheckpointUploader(
                engine,
                layers,
                trees,
                meeting.blobs(),
                journal,
                desk.progress(),
                machine.facts(),
                waiting.threads(),
                waiting.clock()),
            log,
            journal,
            waiting.clock());
    return new Steps(
        new PendingStep(log, gate, waiting.clock(), deadlines.migration()),
        new PreflightStep(
            checks,
            journal,
            meeting.blobs(),
            goOrNot,
            gate,
            waiting.clock(),
            machine.facts().isa()),
        rehearsing(goOrNot, layers, trees),
        new FreezeGuard(freezing, undo, goingOn, control, goOrNot, gate, waiting),
        new OutcomeStep(
            log,
            undo,
            meeting.publisher(),
            gate,
            waiting.clock(),
            waiting.sleeper(),
            deadlines.doubt()),
        new UndoStep(undo, log, gate, waiting.clock(), waiting.sleeper()),
        new SourceDownStep(undo, log, gate, waiting.sleeper()),
        new FinishStep(
            engine,
            control,
            sharedMemory,
            new LeftBehind(stateDir),
            journal,
            gate,
            waiting.sleeper()),
        new RolledBackStep(gate));
  }

  private RehearsalStep rehearsing(GoOrNot goOrNot, LayerFiles layers, TreeSender trees) {
    return new RehearsalStep(
        new AheadSender(
            machine.engine(),
            layers,
            new InitProgram(machine.processes()),
            trees,
            meeting.blobs(),
            desk.journal(),
            new SavedImages(stateDir, meeting.blobs()),
            desk.progress()),
        new MemoryAhead(
            new Precopy(
                machine.processes(),
                machine.processes().folder(),
                meeting.blobs(),
                machine.facts().pageSize()),
            meeting.publisher(),
            desk.journal(),
            desk.inbox(),
            desk.gate(),
            desk.progress(),
            goOrNot,
            waiting.clock()),
        meeting.publisher(),
        desk.journal(),
        desk.inbox(),
        meeting.devices(),
        goOrNot,
        desk.gate(),
        waiting.clock(),
        deadlines.rehearsal());
  }

  private SourceControl control() {
    return new SourceControl(
        machine.engine(),
        machine.processes(),
        machine.identity(),
        machine.freezer(),
        machine.commands(),
        waiting);
  }

  private Dumper dumper(SourceControl control) {
    return new Dumper(
        machine.engine(),
        machine.criu(),
        machine.processes(),
        machine.watches(),
        machine.facts(),
        control,
        waiting);
  }

  private SourceRestore restore(SharedMemory sharedMemory) {
    return new SourceRestore(
        machine.engine(),
        new CheckpointStart(
            machine.engine(),
            machine.criu(),
            machine.commands(),
            machine.processes().folder(),
            waiting.sleeper()),
        sharedMemory,
        machine.processes(),
        machine.identity());
  }
}
