package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
  private final Container source;
  private final ObjectNode request;

  /**
   * A port that the configuration asks of the machine.
   *
   * @param address the address to listen on, empty for every one
   * @param port 1 to 65535
   * @param protocol tcp, udp or sctp
   */
  public record PublishedPort(String address, int port, String protocol) {}

  private ContainerSpec(String name, Container source, ObjectNode request) {
    this.name = name;
    this.source = source;
    this.request = request;
  }

  /**
   * A container's configuration.
   *
   * @throws IllegalArgumentException when that is not an Engine's answer
   */
  public static ContainerSpec of(Container source) {
    if (!(source.json().path("Config") instanceof ObjectNode config)
        || !(source.hostConfig() instanceof ObjectNode hostConfig)) {
      throw new IllegalArgumentException(
          "a container's description without Config and HostConfig: not an inspect answer");
    }
    ObjectNode request = config.deepCopy();
    request.remove("MacAddress");
    ObjectNode host = hostConfig.deepCopy();
    host.remove(List.of("CgroupParent", "ContainerIDFile"));
    host.put("AutoRemove", false);
    host.set("RestartPolicy", RestartPolicy.NONE.json());
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
    Attachments attachments = Attachments.of(source);
    if (!attachments.first().isEmpty()) {
      request.set("NetworkingConfig", attachments.networkingConfig());
    }
    return new ContainerSpec(source.name(), source, request);
  }

  /** The container's name, without the slash that the Engine puts before it. */
  public String name() {
    return name;
  }

  /** The same under another name; empty stands for the name that it has. */
  public ContainerSpec withName(String other) {
    return other.isEmpty() ? this : new ContainerSpec(other, source, request);
  }

  /** The restart policy that the source has, to be set when the move is over. */
  public RestartPolicy restartPolicy() {
    return source.restartPolicy();
  }

  /** The labels that it is to have. */
  public Map<String, String> labels() {
    return Container.texts(request.path("Labels"));
  }

  /** The executable's path in the container and its arguments, as the Engine started it. */
  public List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(source.json().path("Path").asText());
    command.addAll(Container.list(source.json().path("Args")));
    return command;
  }

  /** Every port that the configuration names; those that the Engine may choose are not among. */
  public List<PublishedPort> publishedPorts() {
    List<PublishedPort> ports = new ArrayList<>();
    for (Map.Entry<String, JsonNode> binding :
        source.hostConfig().path("PortBindings").properties()) {
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

  /**
   * Whether a volume was made for this container alone, without a name of its own: then every
   * container that is made from this configuration gets a new one.
   *
   * @param destination where it is mounted
   */
  public boolean hasAnonymousVolume(String destination) {
    JsonNode host = source.hostConfig();
    for (String bind : Container.list(host.path("Binds"))) {
      String[] words = bind.split(":", 3);
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
  public List<String> bindsOf(String path) {
    List<String> destinations = new ArrayList<>();
    for (Mount mount : source.mounts()) {
      if (mount instanceof Mount.Bind bind && bind.source().equals(path)) {
        destinations.add(bind.destination());
      }
    }
    return destinations;
  }

  /** What it asks of its machine beyond what every container gets. */
  public Asked asked() {
    return Asked.of(request, source.mounts());
  }

  /** The log driver's name. */
  public String logDriver() {
    return source.logDriver();
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
    for (Mount mount : source.mounts()) {
      String at = mount.destination();
      ObjectNode standIn = JSON.createObjectNode().put("Target", at);
      // As the Engine tells it: only where it is so.
      if (!mount.writable()) {
        standIn.put("ReadOnly", true);
      }
      switch (mount) {
        case Mount.Bind bind -> {
          Path path = binds.getOrDefault(at, Path.of(bind.source()));
          standIn.put("Type", "bind").put("Source", path.toString());
          standIn.putObject("BindOptions").put("Propagation", bind.propagation());
          mounts.add(standIn);
        }
        case Mount.Volume _ -> {
          standIn.put("Type", "volume").putObject("VolumeOptions").put("NoCopy", true);
          mounts.add(standIn);
        }
        case Mount.Tmpfs _, Mount.Other _ -> {
          // Stands in the configuration as it was asked for.
        }
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
    return new ContainerSpec(name, source, changed);
  }

  /** The same from another image, by id or tag. */
  public ContainerSpec withImage(String image) {
    ObjectNode changed = request.deepCopy();
    changed.put("Image", image);
    return new ContainerSpec(name, source, changed);
  }

  /** The same with labels added. */
  public ContainerSpec withLabels(Map<String, String> labels) {
    ObjectNode changed = request.deepCopy();
    ObjectNode all =
        changed.path("Labels") instanceof ObjectNode present ? present : JSON.createObjectNode();
    labels.forEach(all::put);
    changed.set("Labels", all);
    return new ContainerSpec(name, source, changed);
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
    return new ContainerSpec(name, source, changed);
  }

  /**
   * The networks that the container is to be connected to after it was made, with the endpoint's
   * configuration.
   */
  SequencedMap<String, JsonNode> furtherNetworks() {
    return Attachments.of(source).further();
  }

  /** The body of {@code POST /containers/create}. */
  ObjectNode toCreateRequest() {
    return request.deepCopy();
  }

  /** The same as the Engine is sent it. */
  public String toJson() {
    return request.toString();
  }
}
