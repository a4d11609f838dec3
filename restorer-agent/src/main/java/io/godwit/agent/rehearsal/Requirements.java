package io.godwit.agent.rehearsal;

import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Purpose;
import io.godwit.agent.state.MigrationId;
import io.godwit.contract.Attempt;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.MoveOptions;
import io.godwit.docker.ContainerSpec;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
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
  public List<Refusal> missing(
      MigrationId id, ContainerSpec source, MoveOptions options, long bytes) {
    ContainerSpec spec = source.withName(options.getName());
    DeviceProfile profile = device.get();
    String device = profile.getDevice();
    List<Refusal> refusals = new ArrayList<>();
    profile
        .getUnfitList()
        .forEach(why -> refusals.add(new Refusal(RefusalKind.DEVICE_UNFIT, device, why)));
    if (profile.getFreeBytes() < bytes) {
      refusals.add(
          new Refusal(
              RefusalKind.DEVICE_DISK,
              device,
              "There is room for %d bytes on this device, and the container's image and files take %d."
                  .formatted(profile.getFreeBytes(), bytes),
              "Make room there."));
    }
    for (ContainerSpec.PublishedPort port : spec.publishedPorts()) {
      ports
          .obstacle(port)
          .ifPresent(why ->
              refusals.add(
                  new Refusal(
                      RefusalKind.PORT, "%d/%s".formatted(port.port(), port.protocol()), why)));
    }
    try {
      containers
          .othersName(spec, Purpose.restore(id, Attempt.getDefaultInstance()))
          .ifPresent(why -> refusals.add(new Refusal(RefusalKind.NAME, spec.name(), why)));
    } catch (IOException e) {
      if (profile.getUnfitCount() == 0) {
        refusals.add(
            new Refusal(
                RefusalKind.DEVICE_UNFIT,
                device,
                "The Docker Engine does not answer: %s.".formatted(e.getMessage())));
      }
    }
    return refusals;
  }
}
