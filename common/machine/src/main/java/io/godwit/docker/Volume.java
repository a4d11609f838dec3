package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;

/**
 * A volume ({@code GET /volumes/NAME}).
 *
 * @param place where its files lie on the machine
 * @param options of its driver, in the Engine's words; empty where it has none
 */
public record Volume(String driver, Path place, Map<String, String> labels, String options) {
  /** Takes a copy. */
  public Volume {
    labels = Map.copyOf(labels);
  }

  static Volume of(JsonNode volume) {
    JsonNode options = volume.path("Options");
    return new Volume(
        volume.path("Driver").asText(),
        Path.of(volume.path("Mountpoint").asText()),
        Container.texts(volume.path("Labels")),
        options.isEmpty() ? "" : options.toString());
  }

  /** Whether its files lie where the Engine keeps volumes, and nowhere else. */
  public boolean isPlain() {
    return driver.equals("local") && options.isEmpty();
  }
}
