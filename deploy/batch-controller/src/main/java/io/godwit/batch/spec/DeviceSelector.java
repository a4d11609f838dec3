package io.godwit.batch.spec;

import java.util.List;
import java.util.Map;

/**
 * Which devices may take them.
 *
 * @param devices empty: any
 * @param labels an empty value is any
 * @param packed to the device with the most of this batch that still has room; else to the one with
 *     the fewest
 * @param cpuFeatures that a device must have, beside those of the host
 */
public record DeviceSelector(
    List<String> devices, Map<String, String> labels, boolean packed, List<String> cpuFeatures) {
  public DeviceSelector {
    devices = List.copyOf(devices);
    labels = Map.copyOf(labels);
    cpuFeatures = List.copyOf(cpuFeatures);
  }
}
