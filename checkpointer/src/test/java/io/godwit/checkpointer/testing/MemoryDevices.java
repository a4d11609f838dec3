package io.godwit.checkpointer.testing;

import io.godwit.contract.DeviceProfile;
import io.godwit.messaging.DeviceDirectory;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The latest profile of every device. */
public final class MemoryDevices implements DeviceDirectory {
  private final Map<String, DeviceProfile> profiles = new ConcurrentHashMap<>();

  public void put(DeviceProfile profile) {
    profiles.put(profile.getDevice(), profile);
  }

  @Override
  public Optional<DeviceProfile> find(String device) {
    return Optional.ofNullable(profiles.get(device));
  }

  @Override
  public List<DeviceProfile> all() {
    return profiles.values().stream()
        .sorted(Comparator.comparing(DeviceProfile::getDevice))
        .toList();
  }

  @Override
  public void close() {}
}
