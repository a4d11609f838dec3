package io.godwit.batch.state;

import io.godwit.contract.DeviceProfile;
import io.godwit.contract.IsaName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A machine that can take containers.
 *
 * @param memoryBytes that it can give; 0: not told
 * @param diskBytes free for containers
 * @param unfit why it cannot take any now
 */
public record Device(
    String name,
    Instant heardAt,
    IsaName isa,
    Set<String> cpuFeatures,
    long memoryBytes,
    long diskBytes,
    Map<String, String> labels,
    List<String> unfit) {
  /** As hosts see it (their preflight): it speaks every 5 seconds. */
  public static final Duration FRESH = Duration.ofSeconds(30);

  public Device {
    cpuFeatures = Set.copyOf(cpuFeatures);
    labels = Map.copyOf(labels);
    unfit = List.copyOf(unfit);
  }

  static Device of(DeviceProfile profile) {
    return new Device(
        profile.getDevice(),
        Instant.ofEpochMilli(profile.getHeartbeatMs()),
        profile.getIsa(),
        Set.copyOf(profile.getCpuFeaturesList()),
        profile.getAvailableMemoryBytes(),
        profile.getFreeBytes(),
        profile.getLabelsMap(),
        profile.getUnfitList());
  }

  /** Whether it has been heard of lately. */
  public boolean isFresh(Instant now) {
    return Duration.between(heardAt, now).compareTo(FRESH) <= 0;
  }
}
