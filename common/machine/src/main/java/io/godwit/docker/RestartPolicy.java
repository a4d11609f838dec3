package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/** When an Engine starts a container again by itself; kept as the Engine said it. */
public final class RestartPolicy {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Never. */
  public static final RestartPolicy NONE =
      new RestartPolicy(JSON.createObjectNode().put("Name", "no").put("MaximumRetryCount", 0));

  private final JsonNode policy;

  RestartPolicy(JsonNode policy) {
    this.policy = policy;
  }

  /**
   * One that was kept.
   *
   * @throws IOException when that is no JSON
   */
  public static RestartPolicy parse(String json) throws IOException {
    return new RestartPolicy(JSON.readTree(json));
  }

  /** To be kept. */
  public String toJson() {
    return policy.toString();
  }

  JsonNode json() {
    return policy.isObject() ? policy.deepCopy() : NONE.policy.deepCopy();
  }

  /** {@code no}, {@code always}, {@code unless-stopped} or {@code on-failure}. */
  public String name() {
    return json().path("Name").asText();
  }

  /** Whether it never starts a container again. */
  public boolean isNone() {
    return name().isEmpty() || name().equals("no");
  }

  /** Whether a container that has ended by itself is started again. */
  public boolean startsAfter(int exitCode) {
    return switch (name()) {
      case "always", "unless-stopped" -> true;
      case "on-failure" -> exitCode != 0;
      default -> false;
    };
  }

  /** Whether a container that ran when its Engine ended is started with the next one. */
  public boolean startsWithTheEngine() {
    return !isNone();
  }
}
