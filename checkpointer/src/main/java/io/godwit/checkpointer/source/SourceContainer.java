package io.godwit.checkpointer.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the Engine's inspect answer says of a container, as far as its host has to know.
 *
 * @param inspect the answer of {@code GET /containers/ID/json}
 */
public record SourceContainer(JsonNode inspect) {
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

  /** {@code created}, {@code running}, {@code paused}, {@code exited} and so on. */
  public String status() {
    return inspect.path("State").path("Status").asText();
  }

  /** Whether it has processes that are not paused. */
  public boolean runs() {
    return status().equals("running");
  }

  /** The first process's pid on the host. */
  public Optional<Long> firstPid() {
    return Optional.of(inspect.path("State").path("Pid").asLong()).filter(pid -> pid > 0);
  }

  /** Whether the Engine removes it, with its checkpoints, as soon as it stops. */
  public boolean removedWhenStopped() {
    return inspect.path("HostConfig").path("AutoRemove").asBoolean();
  }

  /** The restart policy as the Engine has it. */
  public JsonNode restartPolicy() {
    return inspect.path("HostConfig").path("RestartPolicy");
  }

  public String storageDriver() {
    return inspect.path("GraphDriver").path("Name").asText();
  }

  public Map<String, String> labels() {
    return inspect.path("Config").path("Labels").properties().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, label -> label.getValue().asText()));
  }
}
