package io.godwit.batch.state;

import io.godwit.contract.HostProfile;
import io.godwit.contract.IsaName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A machine that containers can leave.
 *
 * @param cpuFeatures that its programs may have chosen to use
 * @param trouble why nothing can be said of its containers; empty when it can
 */
public record Host(
    String name,
    Instant heardAt,
    IsaName isa,
    Set<String> cpuFeatures,
    List<Running> containers,
    String trouble) {
  /** A host that was not heard of for longer is taken for away: it speaks every 15 seconds. */
  public static final Duration FRESH = Duration.ofSeconds(60);

  /** A container that runs there. */
  public record Running(
      String id, String name, String image, Map<String, String> labels, long memoryBytes) {
    public Running {
      labels = Map.copyOf(labels);
    }
  }

  public Host {
    cpuFeatures = Set.copyOf(cpuFeatures);
    containers = List.copyOf(containers);
  }

  static Host of(HostProfile profile) {
    return new Host(
        profile.getHost(),
        Instant.ofEpochMilli(profile.getHeartbeatMs()),
        profile.getIsa(),
        Set.copyOf(profile.getCpuFeaturesList()),
        profile.getContainersList().stream()
            .filter(container -> container.getRunning())
            .map(container ->
                new Running(
                    container.getId(),
                    container.getName(),
                    container.getImage(),
                    container.getLabelsMap(),
                    container.getMemoryBytes()))
            .toList(),
        profile.getTrouble());
  }

  /** Whether it has been heard of lately. */
  public boolean isFresh(Instant now) {
    return Duration.between(heardAt, now).compareTo(FRESH) <= 0;
  }
}
