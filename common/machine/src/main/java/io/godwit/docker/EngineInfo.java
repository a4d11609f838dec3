package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;

/**
 * What an Engine says of itself ({@code GET /info}).
 *
 * @param version the server's
 * @param root the folder that it keeps everything in
 * @param offersCheckpoints whether it runs with its experimental features
 * @param cgroupVersion 1 or 2; Engines that do not say it know only 1
 * @param logDrivers those that it has; none where it does not say
 * @param initProgram what {@code --init} starts: a path, or a name to be looked for
 */
public record EngineInfo(
    String version,
    Path root,
    String storageDriver,
    boolean offersCheckpoints,
    int cgroupVersion,
    List<String> logDrivers,
    String initProgram) {
  /** Takes a copy. */
  public EngineInfo {
    logDrivers = List.copyOf(logDrivers);
  }

  static EngineInfo of(JsonNode info) {
    return new EngineInfo(
        info.path("ServerVersion").asText(),
        Path.of(info.path("DockerRootDir").asText("/var/lib/docker")),
        info.path("Driver").asText(),
        info.path("ExperimentalBuild").asBoolean(),
        info.path("CgroupVersion").asInt(1),
        Container.list(info.path("Plugins").path("Log")),
        info.path("InitBinary").asText("docker-init"));
  }

  /** The folder that it keeps for a container. */
  public Path folderOf(String containerId) {
    return root.resolve("containers").resolve(containerId);
  }
}
