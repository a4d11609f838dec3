package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * What an Engine says of a container ({@code GET /containers/ID/json}). It is kept as it came: what
 * Godwit does not know goes to the other machine unchanged. An immutable value; a container that
 * changes is asked for anew.
 */
public final class Container {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** As docker/go-units reads sizes in memory's units, without fractions. */
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9}) ?([kmg]?)i?b?");

  private final JsonNode inspect;

  /**
   * Whether it runs, and how it ended.
   *
   * @param status {@code created}, {@code running}, {@code paused}, {@code exited} and so on
   * @param running whether it has processes, paused or not
   * @param pid of its first process on this machine; 0: none
   * @param exitCode 128 and the signal where one killed it
   * @param outOfMemory whether the kernel killed it for want of memory
   * @param error the Engine's words, where it could not be started
   * @param started when the Engine had it running the last time
   * @param finished when the Engine noticed its end
   */
  public record State(
      String status,
      boolean running,
      long pid,
      int exitCode,
      boolean outOfMemory,
      String error,
      Optional<Instant> started,
      Optional<Instant> finished) {
    static State of(JsonNode state) {
      return new State(
          state.path("Status").asText(),
          state.path("Running").asBoolean(),
          state.path("Pid").asLong(),
          state.path("ExitCode").asInt(),
          state.path("OOMKilled").asBoolean(),
          state.path("Error").asText(),
          time(state.path("StartedAt")),
          time(state.path("FinishedAt")));
    }

    /** The Engine writes the year 1 for never. */
    private static Optional<Instant> time(JsonNode at) {
      try {
        return Optional.of(Instant.parse(at.asText())).filter(Instant.EPOCH::isBefore);
      } catch (DateTimeParseException e) {
        return Optional.empty();
      }
    }
  }

  Container(JsonNode inspect) {
    this.inspect = inspect;
  }

  /**
   * One that was kept or sent.
   *
   * @throws IOException when that is no JSON
   */
  public static Container parse(byte[] json) throws IOException {
    return new Container(JSON.readTree(json));
  }

  /** The same of a text. */
  public static Container parse(String json) throws IOException {
    return parse(json.getBytes(StandardCharsets.UTF_8));
  }

  /** All that the Engine said, to be kept or sent. */
  public String toJson() {
    return inspect.toString();
  }

  JsonNode json() {
    return inspect;
  }

  JsonNode hostConfig() {
    return inspect.path("HostConfig");
  }

  private JsonNode config() {
    return inspect.path("Config");
  }

  /** The full id. */
  public String id() {
    return inspect.path("Id").asText();
  }

  /** The name, without the slash that the Engine puts before it. */
  public String name() {
    return inspect.path("Name").asText().replaceFirst("^/", "");
  }

  /** The image's id. */
  public String image() {
    return inspect.path("Image").asText();
  }

  public State state() {
    return State.of(inspect.path("State"));
  }

  /** Whether it has processes that are not paused. */
  public boolean runs() {
    return state().status().equals("running");
  }

  /** The first process's pid on this machine. */
  public Optional<Long> firstPid() {
    return Optional.of(state().pid()).filter(pid -> pid > 0);
  }

  /** The labels of the container, those of its image included. */
  public Map<String, String> labels() {
    return texts(config().path("Labels"));
  }

  /** Whether the Engine removes it, with its checkpoints, as soon as it stops. */
  public boolean removedWhenStopped() {
    return hostConfig().path("AutoRemove").asBoolean();
  }

  /** The restart policy as the Engine has it. */
  public RestartPolicy restartPolicy() {
    return new RestartPolicy(hostConfig().path("RestartPolicy"));
  }

  /** Whether the Engine's docker-init is its first process ({@code --init}). */
  public boolean hasInit() {
    return hostConfig().path("Init").asBoolean();
  }

  /** Whether its output is a terminal's ({@code --tty}). */
  boolean hasTerminal() {
    return config().path("Tty").asBoolean();
  }

  /** Whether its root cannot be written ({@code --read-only}). */
  public boolean hasReadOnlyRoot() {
    return hostConfig().path("ReadonlyRootfs").asBoolean();
  }

  /** {@code default}, {@code host}, {@code container:ID} or a network's name. */
  public String networkMode() {
    return hostConfig().path("NetworkMode").asText();
  }

  /** {@code private}, {@code shareable}, {@code host}, {@code container:ID}, {@code none}. */
  public String ipcMode() {
    return hostConfig().path("IpcMode").asText();
  }

  /** The log driver's name. */
  public String logDriver() {
    return hostConfig().path("LogConfig").path("Type").asText();
  }

  /** How large a file of its log may get, in bytes; as large as it wants where nothing is said. */
  public long mostOfLog() {
    String most = hostConfig().path("LogConfig").path("Config").path("max-size").asText();
    Matcher size = SIZE.matcher(most.toLowerCase(Locale.ROOT));
    if (!size.matches()) {
      return most.isEmpty() || most.equals("-1") ? Long.MAX_VALUE : 0;
    }
    long bytes = Long.parseLong(size.group(1));
    return switch (size.group(2)) {
      case "k" -> bytes << 10;
      case "m" -> bytes << 20;
      case "g" -> bytes << 30;
      default -> bytes;
    };
  }

  /** {@code NAME:ADDRESS}, as {@code --add-host} takes it. */
  public List<String> extraHosts() {
    return list(hostConfig().path("ExtraHosts"));
  }

  /** The Engine's own file for the container's {@code /etc/hosts}, where it has one. */
  public Optional<Path> hostsFile() {
    return file("HostsPath");
  }

  /** The Engine's own file for the container's {@code /etc/resolv.conf}, where it has one. */
  public Optional<Path> resolverFile() {
    return file("ResolvConfPath");
  }

  /** The command line that the Engine runs for its health check; empty where it has none. */
  public List<String> healthCheck() {
    List<String> test = list(config().path("Healthcheck").path("Test"));
    if (test.isEmpty()) {
      return List.of();
    }
    List<String> words = test.subList(1, test.size());
    return switch (test.getFirst()) {
      case "CMD" -> words;
      case "CMD-SHELL" -> {
        List<String> shell = list(config().path("Shell"));
        List<String> command = new ArrayList<>(shell.isEmpty() ? List.of("/bin/sh", "-c") : shell);
        command.addAll(words);
        yield command;
      }
      default -> List.of();
    };
  }

  /** What is mounted in it of volumes, of the machine's files, and by {@code --mount} of tmpfs. */
  public List<Mount> mounts() {
    return mounts(inspect.path("Mounts"));
  }

  /** Every path that it was asked to be started with a mount at. */
  public List<String> mountPoints() {
    List<String> points = new ArrayList<>(mounts().stream().map(Mount::destination).toList());
    hostConfig().path("Mounts").forEach(mount -> points.add(mount.path("Target").asText()));
    hostConfig().path("Tmpfs").fieldNames().forEachRemaining(points::add);
    return points;
  }

  /** The networks that it is attached to. */
  public List<Network> networks() {
    return inspect.path("NetworkSettings").path("Networks").properties().stream()
        .map(network -> Network.of(network.getKey(), network.getValue()))
        .toList();
  }

  public String storageDriver() {
    return inspect.path("GraphDriver").path("Name").asText();
  }

  /** Its writable layer; empty where the storage driver is not overlay2. */
  public Optional<Path> writableLayer() {
    return Optional.of(layers().path("UpperDir").asText())
        .filter(upper -> !upper.isEmpty())
        .map(Path::of);
  }

  /** Where its whole file system is mounted while it is started and runs; empty as above. */
  public Optional<Path> mountedLayer() {
    return Optional.of(layers().path("MergedDir").asText())
        .filter(merged -> !merged.isEmpty())
        .map(Path::of);
  }

  /** Whether the Engine labels files for it as it starts it ({@code -v FROM:TO:z}). */
  public boolean hasFilesLabelled() {
    for (JsonNode mount : inspect.path("Mounts")) {
      if (List.of(mount.path("Mode").asText().toLowerCase(Locale.ROOT).split(",")).contains("z")) {
        return true;
      }
    }
    return false;
  }

  /** The layers below that one, the topmost first. */
  List<Path> lowerLayers() {
    return Arrays.stream(layers().path("LowerDir").asText().split(":", -1))
        .filter(path -> !path.isEmpty())
        .map(Path::of)
        .toList();
  }

  private JsonNode layers() {
    return inspect.path("GraphDriver").path("Data");
  }

  private Optional<Path> file(String field) {
    return Optional.of(inspect.path(field).asText()).filter(file -> !file.isEmpty()).map(Path::of);
  }

  /** In the Engine's order, which is another each time. */
  static List<Mount> mounts(JsonNode mounts) {
    return StreamSupport.stream(mounts.spliterator(), false).map(Container::mount).toList();
  }

  private static Mount mount(JsonNode mount) {
    String type = mount.path("Type").asText();
    String source = mount.path("Source").asText();
    String at = mount.path("Destination").asText();
    boolean writable = mount.path("RW").asBoolean();
    return switch (type) {
      case "volume" ->
          new Mount.Volume(
              mount.path("Name").asText(), mount.path("Driver").asText(), source, at, writable);
      case "bind" -> new Mount.Bind(source, at, writable, mount.path("Propagation").asText());
      case "tmpfs" -> new Mount.Tmpfs(at, writable);
      default -> new Mount.Other(type, at, writable);
    };
  }

  static List<String> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  static Map<String, String> texts(JsonNode object) {
    return object.properties().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, text -> text.getValue().asText()));
  }

  @Override
  public String toString() {
    return "container " + id();
  }
}
