package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;

/**
 * A container's end in a network, as the network tells it ({@code GET /networks/NAME}): also while
 * the container is being started, when the Engine answers no question about the container itself.
 *
 * @param address by IPv4; empty where it has none
 * @param address6 by IPv6; empty where it has none
 */
public record Endpoint(String address, String address6) {
  /** The one of a container; none where the network does not know it. */
  static Optional<Endpoint> of(JsonNode network, String containerId) {
    for (Map.Entry<String, JsonNode> one : network.path("Containers").properties()) {
      if (one.getKey().equals(containerId)) {
        return Optional.of(
            new Endpoint(
                withoutPrefix(one.getValue().path("IPv4Address").asText()),
                withoutPrefix(one.getValue().path("IPv6Address").asText())));
      }
    }
    return Optional.empty();
  }

  private static String withoutPrefix(String address) {
    return address.replaceFirst("/.*", "");
  }
}
