package io.godwit.checkpointer.preflight;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.checkpointer.source.SourceContainer;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.SharedMemory;
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
    Refusal of(SourceContainer container) {
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
  void check(SourceContainer container, List<Refusal> refusals) throws IOException {
    boolean shares = SharedMemory.isEnginesOwn(container.inspect());
    if (container.inspect().path("Mounts").isEmpty() && !shares) {
      return;
    }
    List<JsonNode> others =
        engine.containers().stream()
            .filter(other -> !other.path("Id").asText().equals(container.id()))
            .filter(other -> other.path("State").asText().equals("running"))
            .toList();
    for (JsonNode mount : container.inspect().path("Mounts")) {
      Optional<Why> own =
          switch (mount.path("Type").asText()) {
            case "volume" -> volume(mount);
            case "bind" -> bind(mount);
            case "tmpfs" -> Optional.empty();
            default ->
                why(
                    RefusalKind.MOUNT_TYPE,
                    "the mount at %s is of the type %s, which Godwit does not know"
                        .formatted(mount.path("Destination").asText(), mount.path("Type").asText()),
                    "Start it without.");
          };
      own.ifPresent(why -> refusals.add(why.of(container)));
      shared(mount, others).ifPresent(why -> refusals.add(why.of(container)));
    }
    if (shares) {
      for (JsonNode other : others) {
        sharesMemory(container, other).ifPresent(why -> refusals.add(why.of(container)));
      }
    }
  }

  private Optional<Why> volume(JsonNode mount) throws IOException {
    String name = mount.path("Name").asText();
    Optional<JsonNode> volume = engine.inspectVolume(name);
    String driver = mount.path("Driver").asText();
    if (!driver.equals("local")) {
      return why(
          RefusalKind.VOLUME_ELSEWHERE,
          "its volume %s at %s is of the driver %s; only what the local driver keeps goes along"
              .formatted(name, mount.path("Destination").asText(), driver),
          "Use a volume of the local driver.");
    }
    if (volume.isPresent() && !volume.get().path("Options").isEmpty()) {
      return why(
          RefusalKind.VOLUME_ELSEWHERE,
          "its volume %s at %s has driver options (%s), so its files lie elsewhere and do not go along"
              .formatted(
                  name,
                  mount.path("Destination").asText(),
                  volume.get().path("Options").toString()),
          "Use a volume without options.");
    }
    return Optional.empty();
  }

  private Optional<Why> bind(JsonNode mount) throws IOException {
    String what =
        "the bind mount of %s at %s "
            .formatted(mount.path("Source").asText(), mount.path("Destination").asText());
    Path source = Path.of(mount.path("Source").asText());
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
    Path engines = Path.of(engine.info().path("DockerRootDir").asText("/var/lib/docker"));
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
    String propagation = mount.path("Propagation").asText();
    if (!OWN_PROPAGATION.contains(propagation)) {
      return why(
          RefusalKind.BIND_OF_MACHINE,
          what
              + "has the propagation %s: mounts that this machine makes there would be missing on another"
                  .formatted(propagation),
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
  private static Optional<Why> shared(JsonNode mount, List<JsonNode> others) {
    for (JsonNode other : others) {
      for (JsonNode theirs : other.path("Mounts")) {
        boolean written = mount.path("RW").asBoolean() || theirs.path("RW").asBoolean();
        if (written && overlap(mount, theirs)) {
          boolean volume = mount.path("Type").asText().equals("volume");
          return why(
              RefusalKind.SHARED_FILES,
              "it shares %s with container %s, which runs, and at least one of the two may write to it: both would have their own from then on"
                  .formatted(
                      volume
                          ? "the volume " + mount.path("Name").asText()
                          : mount.path("Source").asText(),
                      other.path("Names").path(0).asText().replaceFirst("^/", "")),
              "Stop that one, or have both read only.");
        }
      }
    }
    return Optional.empty();
  }

  private static boolean overlap(JsonNode mount, JsonNode theirs) {
    String kind = mount.path("Type").asText();
    if (kind.equals("tmpfs") || theirs.path("Type").asText().equals("tmpfs")) {
      return false;
    }
    if (kind.equals("volume") && theirs.path("Type").asText().equals("volume")) {
      return mount.path("Name").asText().equals(theirs.path("Name").asText());
    }
    Path ours = Path.of(mount.path("Source").asText());
    Path others = Path.of(theirs.path("Source").asText());
    return ours.startsWith(others) || others.startsWith(ours);
  }

  private Optional<Why> sharesMemory(SourceContainer container, JsonNode other) throws IOException {
    String mode =
        engine
            .inspect(other.path("Id").asText())
            .map(inspect -> inspect.path("HostConfig").path("IpcMode").asText())
            .orElse("");
    return mode.equals("container:" + container.id())
        ? why(
            RefusalKind.SHARED_MEMORY,
            "container %s shares its memory (--ipc container:%s) and runs; they cannot be parted"
                .formatted(
                    other.path("Names").path(0).asText().replaceFirst("^/", ""), container.name()),
            "Stop that one.")
        : Optional.empty();
  }

  private static Optional<Why> why(RefusalKind kind, String what, String remedy) {
    return Optional.of(new Why(kind, what, remedy));
  }
}
