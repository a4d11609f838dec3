package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * A container in an Engine's list of all ({@code GET /containers/json}).
 *
 * @param id the full id
 * @param name without the slash that the Engine puts before it
 * @param image as it was asked for, or its id where that name means another by now
 * @param status as {@link Container.State#status}
 */
public record ListedContainer(
    String id,
    String name,
    String image,
    String status,
    Map<String, String> labels,
    List<Mount> mounts) {
  /** Takes copies. */
  public ListedContainer {
    labels = Map.copyOf(labels);
    mounts = List.copyOf(mounts);
  }

  /** One whose image nobody asks for. */
  public ListedContainer(
      String id, String name, String status, Map<String, String> labels, List<Mount> mounts) {
    this(id, name, "", status, labels, mounts);
  }

  static ListedContainer of(JsonNode listed) {
    return new ListedContainer(
        listed.path("Id").asText(),
        listed.path("Names").path(0).asText().replaceFirst("^/", ""),
        listed.path("Image").asText(),
        listed.path("State").asText(),
        Container.texts(listed.path("Labels")),
        Container.mounts(listed.path("Mounts")));
  }

  /** Whether it was never started, or is just being started the first time. */
  public boolean isMade() {
    return status.equals("created");
  }

  /** Whether it has processes that are not paused. */
  public boolean runs() {
    return status.equals("running");
  }
}
