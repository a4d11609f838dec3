package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * An image that an Engine has ({@code GET /images/ID/json}).
 *
 * @param size of all its layers, in bytes
 * @param tags {@code NAME:TAG} each
 */
public record EngineImage(String id, long size, List<String> tags) {
  /** Takes a copy. */
  public EngineImage {
    tags = List.copyOf(tags);
  }

  static EngineImage of(JsonNode image) {
    return new EngineImage(
        image.path("Id").asText(),
        image.path("Size").asLong(),
        Container.list(image.path("RepoTags")));
  }
}
