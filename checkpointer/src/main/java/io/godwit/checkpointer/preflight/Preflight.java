package io.godwit.checkpointer.preflight;

import io.godwit.checkpointer.source.Firewall;
import io.godwit.checkpointer.source.HostFacts;
import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.InotifyWatches;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.IsaName;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.TcpConnections;
import io.godwit.criu.CriuVersion;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.EngineImage;
import io.godwit.isa.Isa;
import io.godwit.messaging.WireIsa;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Looks for every reason why a container cannot move to a device; touches nothing. */
public final class Preflight {
  private final DockerEngine engine;
  private final ProcFs processes;
  private final InotifyWatches watches;
  private final HostFacts host;
  private final DeviceChecks devices;
  private final ContainersInMigration inMigration;
  private final ContainerChecks containers;
  private final ProcessChecks running;
  private final SilentLosses losses;
  private final ConnectionChecks connections;
  private final MountChecks mounts;
  private final OwnMounts ownMounts;
  private final OwnNetwork ownNetwork;
  private final TwinFinder twins;

  public Preflight(
      DockerEngine engine,
      ProcFs processes,
      InotifyWatches watches,
      Firewall firewall,
      HostFacts host,
      DeviceChecks devices,
      ContainersInMigration inMigration) {
    this.engine = engine;
    this.processes = processes;
    this.watches = watches;
    this.host = host;
    this.devices = devices;
    this.inMigration = inMigration;
    this.containers = new ContainerChecks(processes);
    this.running = new ProcessChecks(processes);
    this.losses = new SilentLosses(processes, Path.of("/sys/fs/cgroup"));
    this.connections = new ConnectionChecks(processes);
    this.mounts = new MountChecks(engine, Path.of("/proc/self/mountinfo"));
    this.ownMounts = new OwnMounts(processes);
    this.ownNetwork = new OwnNetwork(processes, firewall);
    this.twins = new TwinFinder(processes);
  }

  /**
   * What was found.
   *
   * @param twins empty where the ISA stays
   * @param warnings what the request takes upon itself, or is seldom missed, one sentence each
   * @param memory that its processes occupy, in bytes
   * @param bytes memory, writable layer and image
   */
  public record Found(
      Container container,
      Isa targetIsa,
      List<TwinFiles> twins,
      List<String> warnings,
      long memory,
      long bytes) {
    /** Takes copies. */
    public Found {
      twins = List.copyOf(twins);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Looks.
   *
   * @param folder for copies of executables
   * @throws RefusedException with every reason
   * @throws IOException when something could not be looked at
   */
  public Found examine(MigrationRequest request, Path folder) throws IOException, RefusedException {
    return examine(request, folder, id -> inMigration.take(id, request.getMigrationId()));
  }

  /** The same for who only wants to know: the container is left to others. */
  public Found look(MigrationRequest request, Path folder) throws IOException, RefusedException {
    return examine(request, folder, inMigration::holder);
  }

  /**
   * @param taken which other migration has the container
   */
  private Found examine(
      MigrationRequest request, Path folder, Function<String, Optional<String>> taken)
      throws IOException, RefusedException {
    List<Refusal> refusals = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    host(refusals);
    Optional<DeviceProfile> device = devices.find(request.getDevice(), refusals);
    Optional<Container> container = engine.inspect(request.getContainer());
    if (container.isEmpty()) {
      refusals.add(
          new Refusal(
              RefusalKind.CONTAINER_UNKNOWN,
              request.getContainer(),
              "There is no container %s on host %s.".formatted(request.getContainer(), host.name()),
              "See its containers with: docker ps"));
    }
    container.ifPresent(found -> {
      taken
          .apply(found.id())
          .ifPresent(other ->
              refusals.add(
                  new Refusal(
                      RefusalKind.CONTAINER_IN_MIGRATION,
                      found.name(),
                      "Container %s is in migration %s already.".formatted(found.name(), other),
                      "Wait for its end, or abort it.")));
      containers.configuration(found, refusals);
    });
    if (container.isPresent()) {
      mounts.check(container.get(), refusals);
    }
    List<TwinFiles> pairs = List.of();
    Demand demand = Demand.NONE;
    Optional<Container> live = container.filter(Container::runs);
    if (live.isPresent()) {
      List<HostProcess> all = processes.ofContainer(live.get().id());
      processes(request, live.get(), all, refusals);
      losses.warn(all, warnings);
      demand = demand(live.get(), all);
      Optional<Isa> target = device.flatMap(Preflight::isa).filter(isa -> isa != host.isa());
      if (target.isPresent()) {
        pairs = twins.find(live.get(), all, host.isa(), target.get(), folder, refusals);
      }
    }
    if (device.isPresent()) {
      devices.alive(device.get(), refusals);
      devices.fits(device.get(), demand, request.getOptions(), refusals, warnings);
    }
    if (!refusals.isEmpty() || container.isEmpty() || device.isEmpty()) {
      throw new RefusedException(refusals);
    }
    return new Found(
        container.get(),
        WireIsa.of(device.get().getIsa()),
        pairs,
        warnings,
        demand.memory(),
        demand.bytes());
  }

  /**
   * Looks again, shortly before the container is brought to a stand, at what may have changed since
   * {@link #examine}: its processes.
   *
   * @throws RefusedException with every reason
   */
  public void examineAgain(MigrationRequest request, String containerId)
      throws IOException, RefusedException {
    List<Refusal> refusals = new ArrayList<>();
    Optional<Container> live = engine.inspect(containerId).filter(Container::runs);
    if (live.isPresent()) {
      processes(request, live.get(), processes.ofContainer(containerId), refusals);
    }
    if (!refusals.isEmpty()) {
      throw new RefusedException(refusals);
    }
  }

  private void processes(
      MigrationRequest request, Container container, List<HostProcess> all, List<Refusal> refusals)
      throws IOException {
    containers.sharedMemory(container, all, refusals);
    running.check(container, all, refusals);
    losses.check(container, all, refusals);
    Optional<HostProcess> first = processes.find(container.firstPid().orElse(0L));
    if (first.isPresent()) {
      ownMounts.check(container, first.get(), refusals);
      EngineFiles.check(container, refusals);
      ownNetwork.check(container, first.get(), refusals);
    }
    int nameless = watches.find(all).nameless();
    if (nameless > 0) {
      refusals.add(
          new Refusal(
              RefusalKind.INOTIFY_DELETED,
              container.name(),
              "Container %s watches %d deleted files or folders by inotify, which cannot be found again on the device."
                  .formatted(container.name(), nameless)));
    }
    if (request.getOptions().getTcp() == TcpConnections.KEEP) {
      connections.keep(container, all, refusals);
    }
  }

  private void host(List<Refusal> refusals) throws IOException {
    if (host.criu().filter(CriuVersion::isEnough).isEmpty()) {
      refusals.add(
          new Refusal(
              RefusalKind.HOST_CRIU,
              host.name(),
              "This host %s; %s is the least."
                  .formatted(
                      host.criu()
                          .map(version -> "has CRIU " + version)
                          .orElse("has no CRIU that runs"),
                      CriuVersion.MINIMUM),
              "Install it where dockerd finds it, and start the checkpointer again."));
    }
    if (!engine.info().offersCheckpoints()) {
      refusals.add(
          new Refusal(
              RefusalKind.HOST_ENGINE,
              host.name(),
              "The Docker Engine of this host does not offer checkpoints.",
              "Start dockerd with --experimental, or put {\"experimental\": true} into its daemon.json."));
    }
  }

  private Demand demand(Container container, List<HostProcess> all) throws IOException {
    long highest = 0;
    long memory = 0;
    long bytes = engine.inspectImage(container.image()).map(EngineImage::size).orElse(0L);
    for (HostProcess process : all) {
      try {
        highest = Math.max(highest, processes.highestAddress(process));
        memory += processes.residentBytes(process);
      } catch (IOException e) {
        // As every command of a shell's loop does meanwhile.
        if (!processes.hasEnded(process, e)) {
          throw e;
        }
      }
    }
    if (container.writableLayer().isPresent()) {
      bytes += size(container.writableLayer().get());
    }
    return new Demand(highest, memory, memory + bytes);
  }

  private static Optional<Isa> isa(DeviceProfile device) {
    return device.getIsa() == IsaName.ISA_UNSPECIFIED || device.getIsa() == IsaName.UNRECOGNIZED
        ? Optional.empty()
        : Optional.of(WireIsa.of(device.getIsa()));
  }

  private static long size(Path layer) throws IOException {
    long[] bytes = {0};
    Files.walkFileTree(
        layer,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes[0] += attributes.size();
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException gone) {
            return FileVisitResult.CONTINUE;
          }
        });
    return bytes[0];
  }
}
