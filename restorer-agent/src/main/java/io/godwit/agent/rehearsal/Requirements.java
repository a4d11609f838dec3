package io.godwit.agent.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Purpose;
import io.godwit.agent.state.MigrationId;
import io.godwit.contract.Attempt;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.MoveOptions;
import io.godwit.docker.ContainerSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What can be told without trying: all reasons at once. */
public final class Requirements {
  private final Supplier<DeviceProfile> device;
  private final Containers containers;
  private final PortCheck ports;

  /**
   * @param device looks at this device now
   */
  public Requirements(Supplier<DeviceProfile> device, Containers containers, PortCheck ports) {
    this.device = device;
    this.containers = containers;
    this.ports = ports;
  }

  /**
   * Why this device cannot take a container.
   *
   * @param bytes what is known of its size so far
   */
  public List<String> missing(MigrationId id, JsonNode inspect, MoveOptions options, long bytes) {
    ContainerSpec spec = ContainerSpec.ofInspect(inspect).withName(options.getName());
    DeviceProfile profile = device.get();
    List<String> reasons = new ArrayList<>(profile.getUnfitList());
    if (profile.getFreeBytes() < bytes) {
      reasons.add(
          "There is room for %d bytes on this device, and the container's image and files take %d."
              .formatted(profile.getFreeBytes(), bytes));
    }
    for (ContainerSpec.PublishedPort port : spec.publishedPorts()) {
      ports.obstacle(port).ifPresent(reasons::add);
    }
    try {
      containers
          .othersName(spec, Purpose.restore(id, Attempt.getDefaultInstance()))
          .ifPresent(reasons::add);
    } catch (IOException e) {
      if (profile.getUnfitCount() == 0) {
        reasons.add("The Docker Engine does not answer: %s.".formatted(e.getMessage()));
      }
    }
    return reasons;
  }
}
