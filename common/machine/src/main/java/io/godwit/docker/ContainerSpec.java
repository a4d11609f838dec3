package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * How a container is configured, as one Engine's inspect told it, turned into the request that
 * creates it on another Engine. Everything goes over as it is but what belongs to a machine:
 *
 * <ul>
 *   <li>cgroup parent, the default runtime's name, the id file, addresses that the Engine chose:
 *       left out;
 *   <li>the masked and read-only paths: the Engine's own defaults, told by inspect as if they had
 *       been asked for, so the device's own defaults come in their place, unless none were wanted
 *       (an empty list);
 *   <li>the cgroup namespace: {@code host} is a default of cgroup v1 and left to the device, {@code
 *       private} stays;
 *   <li>hostname: stays the source's, also where it was made from the container's id, since the
 *       program may have read it;
 *   <li>restart policy and automatic removal: off, so that neither makes a second copy nor takes
 *       away the evidence.
 * </ul>
 *
 * An immutable value.
 */
public final class ContainerSpec {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> DEFAULT_RUNTIMES =
      Set.of("", "runc", "io.containerd.runc.v2", "io.containerd.runtime.v1.linux");

  private final String name;
  private final JsonNode inspect;
  private final ObjectNode request;

  /**
   * A port that the configuration asks of the machine.
   *
   * @param address the address to listen on, empty for every one
   * @param port 1 to 65535
   * @param protocol tcp, udp or sctp
   */
  public record PublishedPort(String address, int port, String protocol) {}

  private ContainerSpec(String name, JsonNode inspect, ObjectNode request) {
    this.name = name;
    this.inspect = inspect;
    this.request = request;
  }

  /**
   * The configuration in an inspect answer ({@code GET /containers/ID/json}).
   *
   * @throws IllegalArgumentException when that is not such an answer
   */
  public static ContainerSpec ofInspect(JsonNode inspect) {
    if (!(inspect.path("Config") instanceof ObjectNode config)
        || !(inspect.path("HostConfig") instanceof ObjectNode hostConfig)) {
      throw new IllegalArgumentException(
          "a container's description without Config and HostConfig: not an inspect answer");
    }
    ObjectNode request = config.deepCopy();
    request.remove("MacAddress");
    ObjectNode host = hostConfig.deepCopy();
    host.remove(List.of("CgroupParent", "ContainerIDFile"));
    host.put("AutoRemove", false);
    host.set("RestartPolicy", noRestart());
    if (DEFAULT_RUNTIMES.contains(host.path("Runtime").asText())) {
      host.remove("Runtime");
    }
    if (host.path("CgroupnsMode").asText().equals("host")) {
      host.remove("CgroupnsMode");
    }
    for (String paths : List.of("MaskedPaths", "ReadonlyPaths")) {
      if (!host.path(paths).isEmpty()) {
        host.remove(paths);
      }
    }
    String network = host.path("NetworkMode").asText();
    if (network.startsWith("container:") || host.path("UTSMode").asText().equals("host")) {
      // The Engine refuses a hostname where the namespace that holds it is another's.
      request.remove(List.of("Hostname", "Domainname"));
    }
    request.set("HostConfig", host);
    Attachments attachments = Attachments.of(inspect);
    if (!attachments.first().isEmpty()) {
      request.set("NetworkingConfig", attachments.networkingConfig());
    }
    return new ContainerSpec(
        inspect.path("Name").asText().replaceFirst("^/", ""), inspect, request);
  }

  /** The policy that never restarts. */
  public static ObjectNode noRestart() {
    return JSON.createObjectNode().put("Name", "no").put("MaximumRetryCount", 0);
  }

  /** The container's name, without the slash that the Engine puts before it. */
  public String name() {
    return name;
  }

  /** The same under another name; empty stands for the name that it has. */
  public ContainerSpec withName(String other) {
    return other.isEmpty() ? this : new ContainerSpec(other, inspect, request);
  }

  /** The restart policy that the source has, to be set when the move is over. */
  public JsonNode restartPolicy() {
    JsonNode policy = inspect.path("HostConfig").path("RestartPolicy");
    return policy.isObject() ? policy.deepCopy() : noRestart();
  }

  /** The executable's path in the container and its arguments, as the Engine started it. */
  public List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(inspect.path("Path").asText());
    inspect.path("Args").forEach(argument -> command.add(argument.asText()));
    return command;
  }

  /** Every port that the configuration names; those that the Engine may choose are not among. */
  public List<PublishedPort> publishedPorts() {
    List<PublishedPort> ports = new ArrayList<>();
    for (Map.Entry<String, JsonNode> binding :
        inspect.path("HostConfig").path("PortBindings").properties()) {
      String[] inside = binding.getKey().split("/", 2);
      String protocol = inside.length == 2 ? inside[1] : "tcp";
      for (JsonNode outside : binding.getValue()) {
        int port = outside.path("HostPort").asInt(0);
        if (port > 0 && port < 65536) {
          ports.add(new PublishedPort(outside.path("HostIp").asText(), port, protocol));
        }
      }
    }
    return ports;
  }

  /** Why this container cannot be made on another machine as it is here; empty when it can. */
  public List<Refusal> obstacles() {
    List<Refusal> obstacles = new ArrayList<>();
    JsonNode host = inspect.path("HostConfig");
    String name = inspect.path("Name").asText().replaceFirst("^/", "");
    for (String mode : List.of("NetworkMode", "IpcMode", "PidMode")) {
      String joined = host.path(mode).asText();
      if (joined.startsWith("container:")) {
        obstacles.add(
            new Refusal(
                RefusalKind.SHARED_NAMESPACE,
                name,
                "Container %s shares a namespace with another container (%s %s): they cannot be parted."
                    .formatted(name, mode, joined),
                "Start it without."));
      }
    }
    if (!host.path("VolumesFrom").isEmpty()) {
      obstacles.add(
          new Refusal(
              RefusalKind.VOLUMES_FROM,
              name,
              "Container %s takes its volumes from another container (--volumes-from)."
                  .formatted(name),
              "Give it volumes by their names."));
    }
    if (!inspect.path("Config").path("MacAddress").asText().isEmpty()) {
      obstacles.add(
          new Refusal(
              RefusalKind.MAC_ADDRESS,
              name,
              "Container %s has the MAC address %s (--mac-address), which stays with this machine."
                  .formatted(name, inspect.path("Config").path("MacAddress").asText()),
              "Start it without."));
    }
    if (host.path("PidMode").asText().equals("host")) {
      obstacles.add(
          new Refusal(
              RefusalKind.HOST_PID,
              name,
              "Container %s uses this machine's process numbers (--pid host), which are others' on the device."
                  .formatted(name),
              "Start it without."));
    }
    if (host.path("IpcMode").asText().equals("host")) {
      obstacles.add(
          new Refusal(
              RefusalKind.HOST_IPC,
              name,
              "Container %s shares System V IPC and /dev/shm with this machine (--ipc host), whose content would stay behind."
                  .formatted(name),
              "Start it with --ipc private or --ipc shareable."));
    }
    if (!host.path("Links").isEmpty()) {
      obstacles.add(
          new Refusal(
              RefusalKind.LINK,
              name,
              "Container %s is linked to another container by --link.".formatted(name),
              "Use a network of your own, where containers find each other by name."));
    }
    return obstacles;
  }

  /** The folder that the Engine keeps for a container. */
  public static Path folder(DockerEngine engine, String containerId) throws IOException {
    return Path.of(engine.info().path("DockerRootDir").asText("/var/lib/docker"))
        .resolve("containers")
        .resolve(containerId);
  }

  /**
   * Whether a volume was made for this container alone, without a name of its own: then every
   * container that is made from this configuration gets a new one.
   *
   * @param destination where it is mounted
   */
  public boolean hasAnonymousVolume(String destination) {
    JsonNode host = inspect.path("HostConfig");
    for (JsonNode bind : host.path("Binds")) {
      String[] words = bind.asText().split(":", 3);
      if (words.length > 1 && sameFolder(words[1], destination)) {
        return false;
      }
    }
    for (JsonNode mount : host.path("Mounts")) {
      if (sameFolder(mount.path("Target").asText(), destination)) {
        return mount.path("Source").asText().isEmpty();
      }
    }
    return true;
  }

  /** Where a file or folder of the machine is mounted in the container. */
  public List<String> bindsOf(String source) {
    List<String> destinations = new ArrayList<>();
    for (JsonNode mount : inspect.path("Mounts")) {
      if (mount.path("Type").asText().equals("bind")
          && mount.path("Source").asText().equals(source)) {
        destinations.add(mount.path("Destination").asText());
      }
    }
    return destinations;
  }

  /** The log driver's name. */
  public String logDriver() {
    return inspect.path("HostConfig").path("LogConfig").path("Type").asText();
  }

  private static boolean sameFolder(String one, String other) {
    return Path.of(one).normalize().equals(Path.of(other).normalize());
  }

  /**
   * The same with nothing of this machine mounted that others use: a nameless empty volume where
   * the container has a volume, and where it has a file or folder of the machine, what is given.
   *
   * @param binds what stands in for each bind mount, by its destination in the container; the
   *     machine's docker-init for {@link LinkedMounts#INIT}
   */
  public ContainerSpec withStandIns(Map<String, Path> binds) {
    ObjectNode changed = request.deepCopy();
    ObjectNode host = (ObjectNode) changed.path("HostConfig");
    ArrayNode mounts = JSON.createArrayNode();
    for (JsonNode mount : host.path("Mounts")) {
      if (mount.path("Type").asText().equals("tmpfs")) {
        mounts.add(mount);
      }
    }
    for (JsonNode mount : inspect.path("Mounts")) {
      String at = mount.path("Destination").asText();
      ObjectNode standIn = JSON.createObjectNode().put("Target", at);
      // As the Engine tells it: only where it is so.
      if (!mount.path("RW").asBoolean()) {
        standIn.put("ReadOnly", true);
      }
      if (mount.path("Type").asText().equals("bind")) {
        Path bind = binds.getOrDefault(at, Path.of(mount.path("Source").asText()));
        standIn.put("Type", "bind").put("Source", bind.toString());
        standIn.putObject("BindOptions").put("Propagation", mount.path("Propagation").asText());
        mounts.add(standIn);
      } else if (mount.path("Type").asText().equals("volume")) {
        standIn.put("Type", "volume").putObject("VolumeOptions").put("NoCopy", true);
        mounts.add(standIn);
      }
    }
    Path init = binds.get(LinkedMounts.INIT);
    if (host.path("Init").asBoolean() && init != null) {
      // What stands in for the container's process is the first one.
      host.put("Init", false);
      mounts
          .addObject()
          .put("Type", "bind")
          .put("Source", init.toString())
          .put("Target", LinkedMounts.INIT)
          .put("ReadOnly", true);
    }
    host.remove("Binds");
    host.set("Mounts", mounts);
    return new ContainerSpec(name, inspect, changed);
  }

  /** The same from another image, by id or tag. */
  public ContainerSpec withImage(String image) {
    ObjectNode changed = request.deepCopy();
    changed.put("Image", image);
    return new ContainerSpec(name, inspect, changed);
  }

  /** The same with labels added. */
  public ContainerSpec withLabels(Map<String, String> labels) {
    ObjectNode changed = request.deepCopy();
    ObjectNode all =
        changed.path("Labels") instanceof ObjectNode present ? present : JSON.createObjectNode();
    labels.forEach(all::put);
    changed.set("Labels", all);
    return new ContainerSpec(name, inspect, changed);
  }

  /** The same with another process in it, and no health check, which would ask for the first. */
  public ContainerSpec withProcess(List<String> command) {
    ObjectNode changed = request.deepCopy();
    ArrayNode entrypoint = JSON.createArrayNode();
    command.forEach(entrypoint::add);
    changed.set("Entrypoint", entrypoint);
    changed.set("Cmd", JSON.createArrayNode());
    ObjectNode healthcheck = JSON.createObjectNode();
    healthcheck.set("Test", JSON.createArrayNode().add("NONE"));
    changed.set("Healthcheck", healthcheck);
    return new ContainerSpec(name, inspect, changed);
  }

  /**
   * The networks that the container is to be connected to after it was made, with the endpoint's
   * configuration.
   */
  public SequencedMap<String, JsonNode> furtherNetworks() {
    return Attachments.of(inspect).further();
  }

  /** The body of {@code POST /containers/create}. */
  public JsonNode toCreateRequest() {
    return request.deepCopy();
  }
}
