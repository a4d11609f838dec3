package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Compares a container with the request that it was made by: an Engine leaves out without an error
 * what it does not know, or what its kernel cannot do, and the container would go on under other
 * limits, or none.
 */
public final class AsAsked {
  /** Two words for one thing: Engines from 26 on write {@code bridge} for the default network. */
  private static final Set<String> DEFAULT_NETWORK = Set.of("default", "bridge");

  private AsAsked() {}

  /**
   * What is otherwise than asked, one sentence each.
   *
   * @param own labels that the maker sets itself: one that moved before has others
   */
  public static List<String> differences(ContainerSpec asked, Container made, Set<String> own) {
    ObjectNode request = asked.toCreateRequest();
    if (request.path("Labels") instanceof ObjectNode labels) {
      labels.remove(own);
    }
    return differences(request, made.json());
  }

  /**
   * The same of JSON.
   *
   * @param request the body of {@code POST /containers/create}
   * @param inspect the answer of {@code GET /containers/ID/json}
   */
  static List<String> differences(JsonNode request, JsonNode inspect) {
    List<String> differences = new ArrayList<>();
    for (Map.Entry<String, JsonNode> asked : request.properties()) {
      switch (asked.getKey()) {
        case "HostConfig" ->
            compare("HostConfig", asked.getValue(), inspect.path("HostConfig"), differences);
        // Networks show what they gave only while the container runs.
        case "NetworkingConfig" -> {}
        default ->
            compare(
                "Config." + asked.getKey(),
                asked.getValue(),
                inspect.path("Config").path(asked.getKey()),
                differences);
      }
    }
    return differences;
  }

  private static void compare(
      String name, JsonNode asked, JsonNode found, List<String> differences) {
    if (isNothing(asked)) {
      return;
    }
    if (asked.isObject() && found.isObject()) {
      for (Map.Entry<String, JsonNode> field : asked.properties()) {
        compare(
            name + "." + field.getKey(), field.getValue(), found.path(field.getKey()), differences);
      }
    } else if (!isSame(name, asked, found)) {
      differences.add(
          "The Engine of this device makes the container otherwise: %s is %s there and %s here."
              .formatted(name, asked, found.isMissingNode() ? "not known" : found));
    }
  }

  private static boolean isSame(String name, JsonNode asked, JsonNode found) {
    if (name.equals("HostConfig.NetworkMode")) {
      return asked.equals(found)
          || (DEFAULT_NETWORK.contains(asked.asText()) && DEFAULT_NETWORK.contains(found.asText()));
    }
    return covers(asked, found);
  }

  /** Whether all that is asked is found; an Engine may add what it always adds, such as PATH. */
  private static boolean covers(JsonNode asked, JsonNode found) {
    if (isNothing(asked)) {
      return true;
    }
    if (asked.isArray() && found.isArray()) {
      return elements(asked).allMatch(one -> elements(found).anyMatch(other -> covers(one, other)));
    }
    if (asked.isObject() && found.isObject()) {
      return asked.properties().stream()
          .allMatch(field -> covers(field.getValue(), found.path(field.getKey())));
    }
    boolean numbers = asked.isNumber() && found.isNumber();
    return numbers ? asked.asDouble() == found.asDouble() : asked.equals(found);
  }

  private static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  /** Unset, in the many ways in which Engines say that. */
  private static boolean isNothing(JsonNode value) {
    return value.isNull()
        || value.isMissingNode()
        || (value.isBoolean() && !value.asBoolean())
        || (value.isNumber() && value.asDouble() == 0)
        || (value.isTextual() && value.asText().isEmpty())
        || (value.isArray() && elements(value).allMatch(AsAsked::isNothing));
  }
}
