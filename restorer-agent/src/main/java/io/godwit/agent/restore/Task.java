package io.godwit.agent.restore;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.agent.state.MigrationId;
import io.godwit.contract.Conversion;
import io.godwit.docker.ContainerSpec;
import io.godwit.messaging.PoisonException;
import java.io.IOException;

/**
 * A conversion whose words make sense.
 *
 * @param id the migration
 * @param conversion as it came
 * @param spec how the source's container is configured, with its name here
 */
record Task(MigrationId id, Conversion conversion, ContainerSpec spec) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @throws PoisonException when its id or its description of the container cannot be read
   */
  static Task of(Conversion conversion) throws PoisonException {
    MigrationId id = MigrationId.ofRecord(conversion.getMigrationId());
    try {
      JsonNode inspect = JSON.readTree(conversion.getContainer().getInspectJson().toByteArray());
      return new Task(
          id,
          conversion,
          ContainerSpec.ofInspect(inspect).withName(conversion.getOptions().getName()));
    } catch (IOException | IllegalArgumentException e) {
      throw new PoisonException(
          "the conversion's description of the container cannot be read: " + e.getMessage(), e);
    }
  }

  /** The container's name on this device. */
  String name() {
    return spec.name();
  }
}
