package io.godwit.checkpointer.preflight;

import io.godwit.checkpointer.source.HostFacts;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.IsaName;
import io.godwit.contract.MoveOptions;
import io.godwit.criu.CriuVersion;
import io.godwit.isa.Isa;
import io.godwit.messaging.DeviceDirectory;
import io.godwit.messaging.WireIsa;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
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
  Optional<DeviceProfile> find(String device, List<Refusal> refusals) {
    Optional<DeviceProfile> found = devices.find(device);
    if (found.isEmpty()) {
      String known =
          devices.all().stream()
              .map(DeviceProfile::getDevice)
              .sorted()
              .collect(Collectors.joining(", "));
      refusals.add(
          known.isEmpty()
              ? new Refusal(
                  RefusalKind.DEVICE_UNKNOWN,
                  device,
                  "There is no device %s, nor any other.".formatted(device),
                  "Start a restorer-agent on it; it announces itself.")
              : new Refusal(
                  RefusalKind.DEVICE_UNKNOWN,
                  device,
                  "There is no device %s. Known are: %s.".formatted(device, known),
                  "Name one of these, or start a restorer-agent on it."));
    }
    return found;
  }

  /** Why the device is not to be used at this moment, whatever the container. */
  public List<Refusal> alive(String device) {
    List<Refusal> refusals = new ArrayList<>();
    find(device, refusals).ifPresent(profile -> alive(profile, refusals));
    return refusals;
  }

  void alive(DeviceProfile device, List<Refusal> refusals) {
    Duration age = Duration.between(Instant.ofEpochMilli(device.getHeartbeatMs()), clock.instant());
    if (age.compareTo(FRESH) > 0) {
      refusals.add(
          new Refusal(
              RefusalKind.DEVICE_SILENT,
              device.getDevice(),
              "Device %s was last heard of %d s ago."
                  .formatted(device.getDevice(), age.toSeconds()),
              "See whether it is on and its restorer-agent reaches Kafka, and whether its clock is right."));
    }
    if (device.getInstance().isEmpty()) {
      // Its claims would name no attempt, and count for nothing here while it started the
      // container.
      refusals.add(
          new Refusal(
              RefusalKind.DEVICE_VERSION,
              device.getDevice(),
              "Device %s runs a restorer-agent of an older release, whose claims this one does not understand."
                  .formatted(device.getDevice()),
              "Bring it to this release first."));
    }
    for (String reason : device.getUnfitList()) {
      refusals.add(
          new Refusal(
              RefusalKind.DEVICE_UNFIT,
              device.getDevice(),
              "Device %s is not fit: %s".formatted(device.getDevice(), reason)));
    }
  }

  /** Adds every reason why this device cannot hold such a container. */
  void fits(
      DeviceProfile device,
      Demand demand,
      MoveOptions options,
      List<Refusal> refusals,
      List<String> warnings) {
    String name = device.getDevice();
    if (device.getIsa() == IsaName.ISA_UNSPECIFIED || device.getIsa() == IsaName.UNRECOGNIZED) {
      refusals.add(
          new Refusal(
              RefusalKind.DEVICE_ISA,
              name,
              "Device %s has an instruction set that this version does not know.".formatted(name),
              "Use an x86_64 or aarch64 device."));
    } else if (WireIsa.of(device.getIsa()) == host.isa()) {
      if (options.getAllowCpuDifference()) {
        cpuFeatures(device).forEach(difference -> warnings.add(difference.sentence()));
      } else {
        refusals.addAll(cpuFeatures(device));
      }
    }
    if (device.getPageSize() != host.pageSize()) {
      refusals.add(
          new Refusal(
              RefusalKind.PAGE_SIZE,
              name,
              "Device %s has pages of %d bytes and this host of %d; memory cannot be laid out anew."
                  .formatted(name, device.getPageSize(), host.pageSize()),
              "Use a device with a kernel of %d-byte pages.".formatted(host.pageSize())));
    }
    if (device.getVaBits() < demand.addressBits()) {
      refusals.add(
          new Refusal(
              RefusalKind.ADDRESS_BITS,
              name,
              "Device %s has %d bits of virtual addresses, and the container has memory up to 0x%x, which needs %d."
                  .formatted(
                      name, device.getVaBits(), demand.highestAddress(), demand.addressBits()),
              "Use a device whose kernel has as many (CONFIG_ARM64_VA_BITS_48 on aarch64)."));
    }
    if (CriuVersion.find(device.getCriuVersion()).filter(CriuVersion::isEnough).isEmpty()) {
      refusals.add(
          new Refusal(
              RefusalKind.DEVICE_CRIU,
              name,
              "Device %s has CRIU '%s'; %s is the least."
                  .formatted(name, device.getCriuVersion(), CriuVersion.MINIMUM),
              "Install a newer one there."));
    }
    if (!device.getStorageDriver().isEmpty() && !device.getStorageDriver().equals(OVERLAY)) {
      refusals.add(
          new Refusal(
              RefusalKind.STORAGE_DRIVER,
              name,
              "Device %s has Docker's storage driver %s."
                  .formatted(name, device.getStorageDriver()),
              "Set its dockerd to %s.".formatted(OVERLAY)));
    }
    if (device.getAvailableMemoryBytes() != 0
        && device.getAvailableMemoryBytes() < demand.memory()) {
      refusals.add(
          new Refusal(
              RefusalKind.DEVICE_MEMORY,
              name,
              "Device %s has %d MiB of memory to give and the container's processes occupy %d MiB."
                  .formatted(
                      name,
                      mebibytes(device.getAvailableMemoryBytes()),
                      mebibytes(demand.memory())),
              "Stop something there, or use a larger device."));
    }
    if (device.getFreeBytes() < demand.bytes()) {
      refusals.add(
          new Refusal(
              RefusalKind.DEVICE_DISK,
              name,
              "Device %s has room for %d MiB and the container needs about %d MiB for its memory, files and image."
                  .formatted(name, mebibytes(device.getFreeBytes()), mebibytes(demand.bytes())),
              "Make room there."));
    }
  }

  private List<Refusal> cpuFeatures(DeviceProfile device) {
    List<Refusal> differences = new ArrayList<>();
    List<String> uncarried = CpuChecks.uncarried(host.isa() == Isa.X86_64, host.cpuFeatures());
    if (!uncarried.isEmpty()) {
      differences.add(
          new Refusal(
              RefusalKind.CPU_STATE,
              host.name(),
              "The CPU features %s of this host have registers that CRIU does not carry: a program that is stopped while it computes with them would go on with wrong numbers."
                  .formatted(String.join(", ", uncarried)),
              "Where the programs use none of them, ask with --allow-cpu-difference."));
    }
    if (device.getCpuFeaturesCount() == 0) {
      return differences;
    }
    List<String> lacking =
        CpuChecks.lacking(
            host.isa() == Isa.X86_64, host.cpuFeatures(), device.getCpuFeaturesList());
    if (!lacking.isEmpty()) {
      differences.add(
          new Refusal(
              RefusalKind.CPU_FEATURES,
              device.getDevice(),
              "Device %s lacks CPU features of this host that the programs may have chosen to use: %s. A program that uses one of them would die there."
                  .formatted(device.getDevice(), String.join(", ", lacking)),
              "Use a device with the same CPU features, or start the container so that it chooses none of them (GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,… for glibc) and ask with --allow-cpu-difference."));
    }
    return differences;
  }

  private static long mebibytes(long bytes) {
    return bytes >> 20;
  }
}
