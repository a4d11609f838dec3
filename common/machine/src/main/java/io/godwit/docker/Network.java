package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;

/**
 * A network that a container is attached to.
 *
 * @param address the container's in it, by IPv4; empty where it has none
 * @param prefixLength bits of that address that are the network's, 0 to 32
 * @param gateway by IPv4; empty where there is none
 * @param address6 the container's by IPv6; empty where it has none
 * @param fixed the addresses that were asked for ({@code --ip}, {@code --ip6})
 */
public record Network(
    String name,
    String address,
    int prefixLength,
    String gateway,
    String address6,
    List<String> fixed) {
  /** Takes a copy. */
  public Network {
    fixed = List.copyOf(fixed);
  }

  static Network of(String name, JsonNode network) {
    JsonNode asked = network.path("IPAMConfig");
    return new Network(
        name,
        network.path("IPAddress").asText(),
        network.path("IPPrefixLen").asInt(),
        network.path("Gateway").asText(),
        network.path("GlobalIPv6Address").asText(),
        Stream.of("IPv4Address", "IPv6Address")
            .map(field -> asked.path(field).asText(""))
            .filter(address -> !address.isEmpty())
            .toList());
  }
}
