package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The user's own networks that a container is attached to, each with what was asked of it: aliases,
 * driver options, a fixed address. Addresses that an Engine chose are the other Engine's to choose.
 *
 * @param first what belongs into the request that creates the container: the network that its
 *     configuration names, or none
 * @param further what it is connected to afterwards: Engines before 25 take one network in the
 *     request
 */
record Attachments(SequencedMap<String, JsonNode> first, SequencedMap<String, JsonNode> further) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> BUILT_IN = Set.of("", "default", "bridge", "host", "none");

  /** Those in an inspect answer. */
  static Attachments of(Container container) {
    String id = container.id();
    String mode = container.networkMode();
    SequencedMap<String, JsonNode> first = new LinkedHashMap<>();
    SequencedMap<String, JsonNode> further = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> network :
        container.json().path("NetworkSettings").path("Networks").properties()) {
      String name = network.getKey();
      if (name.equals(mode)) {
        if (!BUILT_IN.contains(name)) {
          first.put(name, endpoint(id, network.getValue()));
        }
      } else if (!(BUILT_IN.contains(name) && BUILT_IN.contains(mode))) {
        further.put(name, endpoint(id, network.getValue()));
      }
    }
    return new Attachments(first, further);
  }

  /** The {@code NetworkingConfig} of a create request. */
  ObjectNode networkingConfig() {
    ObjectNode endpoints = JSON.createObjectNode();
    first.forEach(endpoints::set);
    ObjectNode networking = JSON.createObjectNode();
    networking.set("EndpointsConfig", endpoints);
    return networking;
  }

  private static ObjectNode endpoint(String id, JsonNode network) {
    ObjectNode endpoint = JSON.createObjectNode();
    ArrayNode aliases = JSON.createArrayNode();
    for (JsonNode alias : network.path("Aliases")) {
      // The Engine adds the short id by itself.
      if (!id.startsWith(alias.asText())) {
        aliases.add(alias.asText());
      }
    }
    endpoint.set("Aliases", aliases);
    for (String asked : List.of("DriverOpts", "IPAMConfig")) {
      if (network.path(asked).isObject() && !network.path(asked).isEmpty()) {
        endpoint.set(asked, network.path(asked).deepCopy());
      }
    }
    return endpoint;
  }
}
