package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What the Engine has written for the runtime of a container that is held (OCI runtime spec,
 * config.md). It is made anew at each start, so what is changed here is for this one.
 *
 * @param folder in which config.json lies
 * @param runtime the program that holds it
 */
public record Bundle(Path folder, Path runtime) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NET = "net.";

  /** Whether the container gets a network namespace of its own, made with it. */
  public boolean hasNetworkOfItsOwn() throws IOException {
    for (JsonNode namespace : config().path("linux").path("namespaces")) {
      if (namespace.path("type").asText().equals("network")) {
        return namespace.path("path").asText().isEmpty();
      }
    }
    return false;
  }

  /**
   * The network's settings: those of {@code --sysctl} and the Engine's own. runc makes them at a
   * start, and not at a restore.
   *
   * @return files below {@code /proc/sys}, with what is to be in them
   */
  public SequencedMap<String, String> networkSettings() throws IOException {
    SequencedMap<String, String> settings = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> sysctl : config().path("linux").path("sysctl").properties()) {
      if (sysctl.getKey().startsWith(NET)) {
        // As runc reads the names.
        settings.put(sysctl.getKey().replace('.', '/'), sysctl.getValue().asText());
      }
    }
    return settings;
  }

  /** Has the runtime call back once the network is there, after all other hooks. */
  public void callBackWithNetwork(String containerId) throws IOException {
    ObjectNode config = config();
    ObjectNode hook = JSON.createObjectNode().put("path", runtime.toString());
    hook.putArray("args").add("runc").add("godwit-network").add(containerId);
    config.withObject("hooks").withArray("prestart").add(hook);
    Files.write(file(), JSON.writeValueAsBytes(config));
  }

  private ObjectNode config() throws IOException {
    if (JSON.readTree(Files.readAllBytes(file())) instanceof ObjectNode config) {
      return config;
    }
    throw new IOException(file() + " is no configuration of a container");
  }

  private Path file() {
    return folder.resolve("config.json");
  }
}
