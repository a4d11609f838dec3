package io.godwit.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A container is configured on the device as it was at its source: every field of what inspect says
 * is the same, but those that are named here with the reason why.
 */
class SameConfigurationIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What may differ, by its path; an element of an array has a number in its path. */
  private static final Map<String, String> MAY_DIFFER =
      Map.ofEntries(
          Map.entry("Id", "the Engine's own"),
          Map.entry("Created", "when it was made here"),
          Map.entry("Name", "as asked"),
          Map.entry("State", "it does not run yet, and its health check starts anew"),
          Map.entry("Image", "compared as Config.Image"),
          Map.entry("ResolvConfPath", "a file of the Engine"),
          Map.entry("HostnamePath", "a file of the Engine"),
          Map.entry("HostsPath", "a file of the Engine"),
          Map.entry("LogPath", "a file of the Engine"),
          Map.entry("GraphDriver", "folders of the Engine"),
          Map.entry("ExecIDs", "what docker exec runs now"),
          Map.entry("AppArmorProfile", "the machine's"),
          Map.entry("ProcessLabel", "the machine's"),
          Map.entry("MountLabel", "the machine's"),
          Map.entry(
              "NetworkSettings",
              "addresses are the device's, ContainerSpecTest tells what is asked for"),
          Map.entry("Config.Labels.io.godwit.migration", "the move"),
          Map.entry("Config.Labels.io.godwit.role", "the move"),
          Map.entry("Config.Labels.io.godwit.attempt", "the move"),
          Map.entry("Config.Labels.io.godwit.journey", "the moves so far"));

  /** Of a volume without a name: the Engine's own. */
  private static final Set<String> OF_NAMELESS_VOLUMES = Set.of("Name", "Source");

  @TempDir Path folder;
  private AgentLab lab;

  @BeforeEach
  void begin() throws IOException {
    lab = new AgentLab(folder);
  }

  @AfterEach
  void end() throws IOException {
    lab.engine.remove(lab.name);
    lab.engine.remove(lab.name + "-source");
    lab.engine.removeVolume("godwit-same-it");
    lab.close();
  }

  @Test
  void everyFieldOfInspectIsTheSameButTheMachines() throws IOException, InterruptedException {
    String source =
        lab.startSource(
            "--init",
            "--restart=on-failure:3",
            "--health-cmd=/app",
            "--health-interval=1h",
            "--health-retries=7",
            "--env=A=b c",
            "--label=mine=x",
            "--hostname=host.example",
            "--add-host=db:10.1.2.3",
            "--dns=10.9.9.9",
            "--dns-search=example",
            "--user=0:0",
            "--workdir=/data",
            "--cap-drop=ALL",
            "--cap-add=CHOWN",
            "--security-opt=no-new-privileges",
            "--memory=64m",
            "--memory-reservation=32m",
            "--cpus=0.5",
            "--cpu-shares=512",
            "--pids-limit=100",
            "--ulimit=nofile=512:1024",
            "--shm-size=16m",
            "--ipc=shareable",
            "--read-only",
            "--tmpfs=/tmp:size=1m,mode=1777",
            "--mount=type=tmpfs,destination=/t,tmpfs-size=1048576",
            "--volume=godwit-same-it:/named:ro",
            "--volume=/nameless",
            "--volume=/etc/hostname:/etc/name:ro",
            "--log-opt=max-size=1m",
            "--log-opt=max-file=2",
            "--stop-signal=SIGINT",
            "--stop-timeout=3",
            "--oom-score-adj=100",
            "--sysctl=net.ipv4.ip_forward=0",
            "--group-add=7",
            "--network=none",
            "--interactive",
            "--tty");
    JsonNode before = JSON.readTree(lab.inspect(source).toJson());
    var spec = lab.spec(source);
    var containers = lab.containers(lab.engine);
    String made = containers.create(lab.name, lab.purpose(), spec);
    lab.engine.setRestartPolicy(made, spec.restartPolicy());

    List<String> differences = new ArrayList<>();
    compare("", sorted(before), sorted(JSON.readTree(lab.inspect(made).toJson())), differences);
    assertEquals(List.of(), differences);
  }

  private static void compare(String path, JsonNode one, JsonNode two, List<String> differences) {
    if (MAY_DIFFER.containsKey(path) || one.equals(two)) {
      return;
    }
    if (one.isObject() && two.isObject()) {
      Set<String> names = new java.util.TreeSet<>();
      one.fieldNames().forEachRemaining(names::add);
      two.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        compare(
            path.isEmpty() ? name : path + "." + name, one.path(name), two.path(name), differences);
      }
    } else {
      differences.add("%s: %s became %s".formatted(path, one, two));
    }
  }

  /** With its mounts by destination: the Engine tells them in any order. */
  private static JsonNode sorted(JsonNode inspect) {
    ObjectNode sorted = inspect.deepCopy();
    Map<String, JsonNode> mounts = new TreeMap<>();
    for (JsonNode mount : sorted.path("Mounts")) {
      if (mount.path("Destination").asText().equals("/nameless")) {
        ((ObjectNode) mount).remove(OF_NAMELESS_VOLUMES);
      }
      mounts.put(mount.path("Destination").asText(), mount);
    }
    ObjectNode byDestination = sorted.putObject("Mounts");
    mounts.forEach(byDestination::set);
    return sorted;
  }
}
