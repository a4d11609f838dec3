package io.godwit.checkpointer.preflight;

import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.ListedContainer;
import io.godwit.docker.Mount;
import io.godwit.docker.SharedMemory;
import io.godwit.docker.Volume;
import io.godwit.proc.MountInfo;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a container's volumes and bind mounts can go along: they hold files of this machine that
 * are the container's alone, or that nobody writes to.
 */
final class MountChecks {
  /** The kernel's and the machine's own, which no other machine has the same of. */
  private static final List<Path> OF_THE_MACHINE =
      List.of(Path.of("/proc"), Path.of("/sys"), Path.of("/dev"), Path.of("/run"));

  private static final Set<String> OWN_PROPAGATION = Set.of("", "private", "rprivate");

  /**
   * Why a mount cannot go along.
   *
   * @param what a sentence without its begin and end
   */
  private record Why(RefusalKind kind, String what, String remedy) {
    Refusal of(Container container) {
      return new Refusal(
          kind, container.name(), "Container %s: %s.".formatted(container.name(), what), remedy);
    }
  }

  private final DockerEngine engine;
  private final Path mountTable;

  /**
   * @param mountTable {@code /proc/self/mountinfo} but in tests
   */
  MountChecks(DockerEngine engine, Path mountTable) {
    this.engine = engine;
    this.mountTable = mountTable;
  }

  /** Adds every reason. */
  void check(Container container, List<Refusal> refusals) throws IOException {
    boolean shares = SharedMemory.isEnginesOwn(container);
    if (container.mounts().isEmpty() && !shares) {
      return;
    }
    List<ListedContainer> others =
        engine.containers().stream()
            .filter(other -> !other.id().equals(container.id()))
            .filter(ListedContainer::runs)
            .toList();
    for (Mount mount : container.mounts()) {
      Optional<Why> own =
          switch (mount) {
            case Mount.Volume volume -> volume(volume);
            case Mount.Bind bind -> bind(bind);
            case Mount.Tmpfs _ -> Optional.empty();
            case Mount.Other other ->
                why(
                    RefusalKind.MOUNT_TYPE,
                    "the mount at %s is of the type %s, which Godwit does not know"
                        .formatted(other.destination(), other.type()),
                    "Start it without.");
          };
      own.ifPresent(why -> refusals.add(why.of(container)));
      shared(mount, others).ifPresent(why -> refusals.add(why.of(container)));
    }
    if (shares) {
      for (ListedContainer other : others) {
        sharesMemory(container, other).ifPresent(why -> refusals.add(why.of(container)));
      }
    }
  }

  private Optional<Why> volume(Mount.Volume mount) throws IOException {
    String name = mount.name();
    if (!mount.driver().equals("local")) {
      return why(
          RefusalKind.VOLUME_ELSEWHERE,
          "its volume %s at %s is of the driver %s; only what the local driver keeps goes along"
              .formatted(name, mount.destination(), mount.driver()),
          "Use a volume of the local driver.");
    }
    String options = engine.inspectVolume(name).map(Volume::options).orElse("");
    if (!options.isEmpty()) {
      return why(
          RefusalKind.VOLUME_ELSEWHERE,
          "its volume %s at %s has driver options (%s), so its files lie elsewhere and do not go along"
              .formatted(name, mount.destination(), options),
          "Use a volume without options.");
    }
    return Optional.empty();
  }

  private Optional<Why> bind(Mount.Bind mount) throws IOException {
    String what = "the bind mount of %s at %s ".formatted(mount.source(), mount.destination());
    Path source = Path.of(mount.source());
    if (!Files.exists(source)) {
      return why(
          RefusalKind.BIND_LOST, what + "has lost its source on this machine", "Start it without.");
    }
    Path real = source.toRealPath();
    if (real.getNameCount() == 0) {
      return why(
          RefusalKind.BIND_OF_MACHINE,
          what + "gives it this whole machine's files, which do not go along",
          "Give it the folders that it needs.");
    }
    Optional<Path> machines = OF_THE_MACHINE.stream().filter(real::startsWith).findFirst();
    Path engines = engine.info().root();
    if (machines.isPresent() || real.startsWith(engines) || engines.startsWith(real)) {
      return why(
          RefusalKind.BIND_OF_MACHINE,
          what
              + "gives it what is this machine's own (%s); another machine's is another"
                  .formatted(real),
          "Start it without.");
    }
    if (!Files.isDirectory(real) && !Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
      return why(
          RefusalKind.BIND_OF_MACHINE,
          what + "is of a socket or device of this machine",
          "Start it without.");
    }
    if (!OWN_PROPAGATION.contains(mount.propagation())) {
      return why(
          RefusalKind.BIND_OF_MACHINE,
          what
              + "has the propagation %s: mounts that this machine makes there would be missing on another"
                  .formatted(mount.propagation()),
          "Start it with bind-propagation=rprivate.");
    }
    return mountsBelow(real).stream()
        .findFirst()
        .map(below ->
            new Why(
                RefusalKind.BIND_OF_MACHINE,
                what + "brings the mount at %s below it along".formatted(below),
                "Give the container that one by a mount of its own."));
  }

  private List<String> mountsBelow(Path folder) throws IOException {
    return MountInfo.read(mountTable).stream()
        .map(MountInfo::point)
        .filter(point -> point.startsWith(folder + "/"))
        .toList();
  }

  /** Others would go on writing to, or reading, what is left here. */
  private static Optional<Why> shared(Mount mount, List<ListedContainer> others) {
    for (ListedContainer other : others) {
      for (Mount theirs : other.mounts()) {
        Optional<String> shared = shared(mount, theirs);
        if (shared.isPresent() && (mount.writable() || theirs.writable())) {
          return why(
              RefusalKind.SHARED_FILES,
              "it shares %s with container %s, which runs, and at least one of the two may write to it: both would have their own from then on"
                  .formatted(shared.get(), other.name()),
              "Stop that one, or have both read only.");
        }
      }
    }
    return Optional.empty();
  }

  /** What two mounts have of the same. */
  private static Optional<String> shared(Mount mount, Mount theirs) {
    return switch (mount) {
      case Mount.Volume own when theirs instanceof Mount.Volume other ->
          own.name().equals(other.name())
              ? Optional.of("the volume " + own.name())
              : Optional.empty();
      case Mount.Volume own -> overlap(own.source(), theirs).map(_ -> "the volume " + own.name());
      case Mount.Bind own -> overlap(own.source(), theirs).map(_ -> own.source());
      case Mount.Tmpfs _, Mount.Other _ -> Optional.empty();
    };
  }

  private static Optional<String> overlap(String source, Mount theirs) {
    Optional<String> other =
        switch (theirs) {
          case Mount.Volume volume -> Optional.of(volume.source());
          case Mount.Bind bind -> Optional.of(bind.source());
          case Mount.Tmpfs _, Mount.Other _ -> Optional.empty();
        };
    Path ours = Path.of(source);
    return other.filter(path -> ours.startsWith(path) || Path.of(path).startsWith(ours));
  }

  private Optional<Why> sharesMemory(Container container, ListedContainer other)
      throws IOException {
    String mode = engine.inspect(other.id()).map(Container::ipcMode).orElse("");
    return mode.equals("container:" + container.id())
        ? why(
            RefusalKind.SHARED_MEMORY,
            "container %s shares its memory (--ipc container:%s) and runs; they cannot be parted"
                .formatted(other.name(), container.name()),
            "Stop that one.")
        : Optional.empty();
  }

  private static Optional<Why> why(RefusalKind kind, String what, String remedy) {
    return Optional.of(new Why(kind, what, remedy));
  }
}
