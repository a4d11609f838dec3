package io.godwit.simulation;

import io.godwit.contract.DeviceProfile;
import io.godwit.messaging.DeviceDirectory;
import java.util.List;
import java.util.Optional;

/** The devices as they announce themselves: one that does not run was last heard when it did. */
record Directory(World world) implements DeviceDirectory {
  @Override
  public Optional<DeviceProfile> find(String device) {
    // Of two with one name the last word counts, and both speak every few seconds.
    return all().stream()
        .filter(profile -> profile.getDevice().equals(device))
        .skip(world.count(Fault.WORLD) % 2)
        .findFirst()
        .or(() -> all().stream().filter(profile -> profile.getDevice().equals(device)).findFirst());
  }

  @Override
  public List<DeviceProfile> all() {
    return world.devices().flatMap(service -> service.announced().stream()).toList();
  }

  @Override
  public void close() {
    // The world ends as a whole.
  }
}
