package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a container's configuration asks of its machine beyond what every container gets.
 *
 * @param privileged whether it is {@code --privileged}
 * @param capabilities that are added, upper case without CAP_; ALL stands for every one
 * @param paths of the machine that are mounted, however that is asked for
 * @param devices of the machine; what is no path stands as the Engine calls it
 * @param namespaces that it shares with the machine: network, pid, ipc, uts, user
 * @param security what is weakened or set by {@code --security-opt}, and a runtime of its own
 */
public record Asked(
    boolean privileged,
    List<String> capabilities,
    List<String> paths,
    List<String> devices,
    List<String> namespaces,
    List<String> security) {
  private static final Map<String, String> MODES =
      Map.of(
          "NetworkMode", "network",
          "PidMode", "pid",
          "IpcMode", "ipc",
          "UTSMode", "uts",
          "UsernsMode", "user");

  /** Copies the lists. */
  public Asked {
    capabilities = List.copyOf(capabilities);
    paths = List.copyOf(paths);
    devices = List.copyOf(devices);
    namespaces = List.copyOf(namespaces);
    security = List.copyOf(security);
  }

  /** By the request that creates it, and what the Engine says it has mounted. */
  static Asked of(JsonNode request, List<Mount> mounts) {
    JsonNode host = request.path("HostConfig");
    return new Asked(
        host.path("Privileged").asBoolean(),
        Container.list(host.path("CapAdd")).stream()
            .map(name -> name.toUpperCase(Locale.ROOT).replaceFirst("^CAP_", ""))
            .toList(),
        paths(host, mounts),
        devices(host),
        MODES.entrySet().stream()
            .filter(mode -> host.path(mode.getKey()).asText().equals("host"))
            .map(Map.Entry::getValue)
            .sorted()
            .toList(),
        security(host));
  }

  private static List<String> paths(JsonNode host, List<Mount> mounts) {
    List<String> paths = new ArrayList<>();
    for (String bind : Container.list(host.path("Binds"))) {
      if (bind.startsWith("/")) {
        paths.add(bind.split(":", 2)[0]);
      }
    }
    for (JsonNode mount : host.path("Mounts")) {
      if (mount.path("Type").asText().equals("bind")) {
        paths.add(mount.path("Source").asText());
      }
      // A local volume may be a bind mount in disguise: type=none, o=bind, device=PATH.
      JsonNode device =
          mount.path("VolumeOptions").path("DriverConfig").path("Options").path("device");
      if (!device.isMissingNode()) {
        paths.add(device.asText());
      }
    }
    for (Mount mount : mounts) {
      if (mount instanceof Mount.Bind bind) {
        paths.add(bind.source());
      }
    }
    return paths.stream().distinct().toList();
  }

  private static List<String> devices(JsonNode host) {
    List<String> devices = new ArrayList<>();
    host.path("Devices").forEach(device -> devices.add(device.path("PathOnHost").asText()));
    devices.addAll(Container.list(host.path("DeviceCgroupRules")));
    host.path("DeviceRequests").forEach(request -> devices.add("request " + request));
    return devices;
  }

  private static List<String> security(JsonNode host) {
    List<String> security = new ArrayList<>(Container.list(host.path("SecurityOpt")));
    for (String paths : List.of("MaskedPaths", "ReadonlyPaths")) {
      if (host.path(paths).isArray() && host.path(paths).isEmpty()) {
        security.add("systempaths=unconfined");
      }
    }
    String runtime = host.path("Runtime").asText();
    if (!runtime.isEmpty() && !runtime.equals("null")) {
      security.add("runtime=" + runtime);
    }
    return security.stream().distinct().toList();
  }
}
