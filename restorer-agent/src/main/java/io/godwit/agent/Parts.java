package io.godwit.agent;

import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Goods;
import io.godwit.agent.container.Homecoming;
import io.godwit.agent.container.Images;
import io.godwit.agent.container.Layers;
import io.godwit.agent.container.Places;
import io.godwit.agent.container.Trees;
import io.godwit.agent.hold.Awaited;
import io.godwit.agent.hold.Holding;
import io.godwit.agent.hold.Starts;
import io.godwit.agent.machine.Disk;
import io.godwit.agent.proof.ProvenStart;
import io.godwit.agent.proof.RestoreProof;
import io.godwit.agent.ready.Readying;
import io.godwit.agent.ready.WaitingContainers;
import io.godwit.agent.rehearsal.ProbeBinary;
import io.godwit.agent.rehearsal.RehearsalHandler;
import io.godwit.agent.rehearsal.Rehearser;
import io.godwit.agent.rehearsal.Rehearsing;
import io.godwit.agent.rehearsal.Requirements;
import io.godwit.agent.restore.Restores;
import io.godwit.agent.state.Patience;
import io.godwit.agent.state.Workplace;
import io.godwit.blob.Manifests;
import io.godwit.blob.SavedImages;
import io.godwit.contract.DeviceProfile;
import io.godwit.docker.CheckpointStart;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.LeftBehind;
import io.godwit.docker.Orphans;
import io.godwit.docker.SharedMemory;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** The agent's parts, put together. */
public record Parts(
    Workplace at,
    Containers containers,
    Goods goods,
    ProvenStart starts,
    Rehearsing rehearsing,
    WaitingContainers waiting) {
  private static final Path SYS = Path.of("/sys");

  /**
   * Puts together what rehearsing and restoring have in common.
   *
   * @param awaited of a machine whose containers can be held
   */
  public static Parts at(Workplace at, Optional<Awaited> awaited) {
    Workplace.Device device = at.device();
    Workplace.Desk desk = at.desk();
    Workplace.Waiting waiting = at.waiting();
    var engine = device.engine();
    var commands = device.commands();
    var blobs = at.meeting().blobs();
    var homecoming = new Homecoming(engine, new LeftBehind(desk.shared()));
    var orphans = new Orphans(device.proc(), commands, waiting.sleeper());
    var containers = new Containers(engine, device.criu(), homecoming, orphans, awaited);
    var files = new LayerFiles(commands, waiting.clock());
    var layers = new Layers(blobs, files, desk.state());
    var places = new Places(engine, commands, homecoming);
    var memory = new SharedMemory(commands);
    var goods =
        new Goods(
            new Images(engine, blobs, new SavedImages(desk.shared(), blobs)),
            layers,
            new Trees(engine, layers, files, places, memory, desk.state()),
            new Disk(commands));
    var starts =
        new ProvenStart(
            new Starts(
                engine,
                new CheckpointStart(
                    engine, device.criu(), commands, device.proc(), waiting.sleeper()),
                awaited.map(here -> new Holding(engine, here, SYS, waiting.threads()))),
            new RestoreProof(device.proc()));
    var rehearsing =
        new Rehearsing(
            engine,
            containers,
            new Manifests(blobs),
            starts,
            new ProbeBinary(device.isa(), device.proc()),
            desk.state(),
            new Patience(waiting.clock(), waiting.sleeper()));
    var ready = new WaitingContainers(new Readying(at, containers, goods, starts), at);
    return new Parts(at, containers, goods, starts, rehearsing, ready);
  }

  /**
   * Answers preparations.
   *
   * @param profile what this device has said of itself last
   */
  public RehearsalHandler rehearsals(Supplier<DeviceProfile> profile, Requirements requirements) {
    Workplace.Desk desk = at.desk();
    return new RehearsalHandler(
        new Rehearser(profile, requirements, goods, rehearsing, waiting, desk),
        waiting,
        desk,
        at.meeting().publisher(),
        at.meeting().events(),
        at.waiting().clock());
  }

  /** Takes conversions, and settles what an earlier run left. */
  public Restores restores() {
    return Restores.of(at, containers, goods, starts, rehearsing, waiting);
  }
}
