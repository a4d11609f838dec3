package io.godwit.agent.restore;

import io.godwit.agent.state.MigrationId;
import io.godwit.contract.Attempt;
import io.godwit.contract.Conversion;
import io.godwit.docker.Container;
import io.godwit.docker.ContainerSpec;
import io.godwit.docker.Network;
import io.godwit.messaging.PoisonException;
import java.io.IOException;
import java.util.List;

/**
 * A conversion whose words make sense.
 *
 * @param id the migration
 * @param conversion as it came
 * @param spec how the source's container is configured, with its name here
 * @param networks that it had on the source, with its addresses
 */
record Task(MigrationId id, Conversion conversion, ContainerSpec spec, List<Network> networks) {
  /** Takes a copy. */
  Task {
    networks = List.copyOf(networks);
  }

  /**
   * @throws PoisonException when its id or its description of the container cannot be read, or it
   *     does not say which attempt it is of
   */
  static Task of(Conversion conversion) throws PoisonException {
    MigrationId id = MigrationId.ofRecord(conversion.getMigrationId());
    if (conversion.getAttempt().getDeviceInstance().isEmpty()) {
      throw new PoisonException(
          "the conversion names no attempt, so that no claim would be bound to it: bring the source host's checkpointer, the converter and this agent to one version");
    }
    try {
      Container source = Container.parse(conversion.getContainer().getInspectJson().toByteArray());
      return new Task(
          id,
          conversion,
          ContainerSpec.of(source).withName(conversion.getOptions().getName()),
          source.networks());
    } catch (IOException | IllegalArgumentException e) {
      throw new PoisonException(
          "the conversion's description of the container cannot be read: " + e.getMessage(), e);
    }
  }

  /** Which try to move it this is. */
  Attempt attempt() {
    return conversion.getAttempt();
  }

  /** Whether the program does not run here on what it ran on there: another ISA, another CPU. */
  boolean changesTheMachine() {
    return conversion.getTwinsCount() > 0 || conversion.getOptions().getAllowCpuDifference();
  }

  /** The container's name on this device. */
  String name() {
    return spec.name();
  }
}
