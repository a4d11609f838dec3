package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.util.ArrayList;
import java.util.List;

/** What of a container's configuration ties it to its machine, or to another container. */
public final class Obstacles {
  private Obstacles() {}

  /** Why this container cannot be made on another machine as it is here; empty when it can. */
  public static List<Refusal> of(Container source) {
    List<Refusal> obstacles = new ArrayList<>();
    JsonNode host = source.hostConfig();
    String name = source.name();
    String macAddress = source.json().path("Config").path("MacAddress").asText();
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
    if (!macAddress.isEmpty()) {
      obstacles.add(
          new Refusal(
              RefusalKind.MAC_ADDRESS,
              name,
              "Container %s has the MAC address %s (--mac-address), which stays with this machine."
                  .formatted(name, macAddress),
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
}
