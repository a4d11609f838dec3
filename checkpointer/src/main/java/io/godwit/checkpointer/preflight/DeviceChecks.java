package io.godwit.checkpointer.preflight;

import io.godwit.checkpointer.source.HostFacts;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.IsaName;
import io.godwit.contract.MoveOptions;
import io.godwit.criu.CriuVersion;
import io.godwit.isa.Isa;
import io.godwit.messaging.DeviceDirectory;
import io.godwit.messaging.WireIsa;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether the device can take the container, by what it says of itself. */
public final class DeviceChecks {
  /** A device that has not been heard of for longer is taken for dead. */
  public static final Duration FRESH = Duration.ofSeconds(30);

  private static final String OVERLAY = "overlay2";

  private final DeviceDirectory devices;
  private final HostFacts host;
  private final Clock clock;

  public DeviceChecks(DeviceDirectory devices, HostFacts host, Clock clock) {
    this.devices = devices;
    this.host = host;
    this.clock = clock;
  }

  /** Looks a device up; adds a reason that names the known ones where it is unknown. */
  Optional<DeviceProfile> find(String device, List<String> reasons) {
    Optional<DeviceProfile> found = devices.find(device);
    if (found.isEmpty()) {
      String known =
          devices.all().stream()
              .map(DeviceProfile::getDevice)
              .sorted()
              .collect(Collectors.joining(", "));
      reasons.add(
          known.isEmpty()
              ? "There is no device %s, nor any other. Start a restorer-agent on it; it announces itself."
                  .formatted(device)
              : "There is no device %s. Known are: %s. Name one of these, or start a restorer-agent on it."
                  .formatted(device, known));
    }
    return found;
  }

  /** Why the device is not to be used at this moment, whatever the container. */
  public List<String> alive(String device) {
    List<String> reasons = new ArrayList<>();
    find(device, reasons).ifPresent(profile -> alive(profile, reasons));
    return reasons;
  }

  void alive(DeviceProfile device, List<String> reasons) {
    Duration age = Duration.between(Instant.ofEpochMilli(device.getHeartbeatMs()), clock.instant());
    if (age.compareTo(FRESH) > 0) {
      reasons.add(
          "Device %s was last heard of %d s ago. See whether it is on and its restorer-agent reaches Kafka, and whether its clock is right."
              .formatted(device.getDevice(), age.toSeconds()));
    }
    if (device.getInstance().isEmpty()) {
      // Its claims would name no attempt, and count for nothing here while it started the
      // container.
      reasons.add(
          "Device %s runs a restorer-agent of an older release, whose claims this one does not understand. Bring it to this release first."
              .formatted(device.getDevice()));
    }
    for (String reason : device.getUnfitList()) {
      reasons.add("Device %s is not fit: %s".formatted(device.getDevice(), reason));
    }
  }

  /** Adds every reason why this device cannot hold such a container. */
  void fits(
      DeviceProfile device,
      Demand demand,
      MoveOptions options,
      List<String> reasons,
      List<String> warnings) {
    String name = device.getDevice();
    if (device.getIsa() == IsaName.ISA_UNSPECIFIED || device.getIsa() == IsaName.UNRECOGNIZED) {
      reasons.add(
          "Device %s has an instruction set that this version does not know. Use an x86_64 or aarch64 device."
              .formatted(name));
    } else if (WireIsa.of(device.getIsa()) == host.isa()) {
      cpuFeatures(device, options, options.getAllowCpuDifference() ? warnings : reasons);
    }
    if (device.getPageSize() != host.pageSize()) {
      reasons.add(
          "Device %s has pages of %d bytes and this host of %d; memory cannot be laid out anew. Use a device with a kernel of %d-byte pages."
              .formatted(name, device.getPageSize(), host.pageSize(), host.pageSize()));
    }
    if (device.getVaBits() < demand.addressBits()) {
      reasons.add(
          "Device %s has %d bits of virtual addresses, and the container has memory up to 0x%x, which needs %d. Use a device whose kernel has as many (CONFIG_ARM64_VA_BITS_48 on aarch64)."
              .formatted(name, device.getVaBits(), demand.highestAddress(), demand.addressBits()));
    }
    if (CriuVersion.find(device.getCriuVersion()).filter(CriuVersion::isEnough).isEmpty()) {
      reasons.add(
          "Device %s has CRIU '%s'; %s is the least. Install a newer one there."
              .formatted(name, device.getCriuVersion(), CriuVersion.MINIMUM));
    }
    if (!device.getStorageDriver().isEmpty() && !device.getStorageDriver().equals(OVERLAY)) {
      reasons.add(
          "Device %s has Docker's storage driver %s. Set its dockerd to %s."
              .formatted(name, device.getStorageDriver(), OVERLAY));
    }
    if (device.getAvailableMemoryBytes() != 0
        && device.getAvailableMemoryBytes() < demand.memory()) {
      reasons.add(
          "Device %s has %d MiB of memory to give and the container's processes occupy %d MiB. Stop something there, or use a larger device."
              .formatted(
                  name, mebibytes(device.getAvailableMemoryBytes()), mebibytes(demand.memory())));
    }
    if (device.getFreeBytes() < demand.bytes()) {
      reasons.add(
          "Device %s has room for %d MiB and the container needs about %d MiB for its memory, files and image. Make room there."
              .formatted(name, mebibytes(device.getFreeBytes()), mebibytes(demand.bytes())));
    }
  }

  private void cpuFeatures(DeviceProfile device, MoveOptions options, List<String> sentences) {
    List<String> uncarried = CpuChecks.uncarried(host.isa() == Isa.X86_64, host.cpuFeatures());
    if (!uncarried.isEmpty()) {
      sentences.add(
          "The CPU features %s of this host have registers that CRIU does not carry: a program that is stopped while it computes with them would go on with wrong numbers.%s"
              .formatted(
                  String.join(", ", uncarried),
                  options.getAllowCpuDifference()
                      ? ""
                      : " Where the programs use none of them, ask with --allow-cpu-difference."));
    }
    if (device.getCpuFeaturesCount() == 0) {
      return;
    }
    List<String> lacking =
        CpuChecks.lacking(
            host.isa() == Isa.X86_64, host.cpuFeatures(), device.getCpuFeaturesList());
    if (!lacking.isEmpty()) {
      sentences.add(
          "Device %s lacks CPU features of this host that the programs may have chosen to use: %s. %s"
              .formatted(
                  device.getDevice(),
                  String.join(", ", lacking),
                  options.getAllowCpuDifference()
                      ? "A program that uses one of them will die there."
                      : "Use a device with the same CPU features, or start the container so that it chooses none of them (GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,… for glibc) and ask with --allow-cpu-difference."));
    }
  }

  private static long mebibytes(long bytes) {
    return bytes >> 20;
  }
}
