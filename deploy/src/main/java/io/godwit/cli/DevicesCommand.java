package io.godwit.cli;

import io.godwit.agent.machine.Heartbeat;
import io.godwit.contract.DeviceProfile;
import io.godwit.messaging.Topic;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code godwit devices}: who is there and what each can take. */
@Command(
    name = "devices",
    mixinStandardHelpOptions = true,
    description =
        "Lists the devices: what each is, when it was last heard of, and why it cannot take containers where it cannot.")
final class DevicesCommand implements Callable<Integer> {
  private static final int MISSED = 3;

  @Mixin private Connection connection = new Connection();

  @Override
  public Integer call() {
    try (TopicReader<DeviceProfile> reader =
        connection.read(Topic.DEVICES, DeviceProfile.parser())) {
      TreeMap<String, DeviceProfile> latest = new TreeMap<>();
      reader.readAll().forEach(profile -> latest.put(profile.getDevice(), profile));
      print(List.copyOf(latest.values()), Clock.systemUTC(), System.out);
      return ExitStatus.DONE.code();
    }
  }

  static void print(List<DeviceProfile> devices, Clock clock, PrintStream out) {
    if (devices.isEmpty()) {
      out.println(
          "No device has announced itself yet. Start the restorer-agent on one (deploy/device/README.md).");
      return;
    }
    String row = "%-16s %-8s %6s %6s %-24s %-8s %-10s %9s  %-10s %s%n";
    out.printf(
        Locale.ROOT,
        row,
        "DEVICE",
        "ISA",
        "VA",
        "PAGE",
        "KERNEL",
        "CRIU",
        "DOCKER",
        "FREE GiB",
        "HEARD",
        "FIT");
    for (DeviceProfile device : devices) {
      out.printf(
          Locale.ROOT,
          row,
          device.getDevice(),
          device.getIsa().name().toLowerCase(Locale.ROOT),
          device.getVaBits() + "b",
          device.getPageSize() / 1024 + "K",
          device.getKernel(),
          device.getCriuVersion(),
          device.getDockerVersion(),
          "%.1f".formatted(device.getFreeBytes() / 1073741824.0),
          age(clock.millis() - device.getHeartbeatMs()),
          fit(device, clock));
    }
  }

  private static String fit(DeviceProfile device, Clock clock) {
    List<String> reasons = new ArrayList<>(device.getUnfitList());
    if (isSilent(device, clock)) {
      reasons.addFirst(
          "it was not heard of for %d s; it speaks every %d s"
              .formatted(
                  (clock.millis() - device.getHeartbeatMs()) / 1000, Heartbeat.PERIOD.toSeconds()));
    }
    return reasons.isEmpty() ? "yes" : "no: " + String.join("; ", reasons);
  }

  /** Three heartbeats in a row did not come. */
  static boolean isSilent(DeviceProfile device, Clock clock) {
    return clock.millis() - device.getHeartbeatMs()
        > Heartbeat.PERIOD.multipliedBy(MISSED).toMillis();
  }

  static String age(long millis) {
    Duration age = Duration.ofMillis(Math.max(0, millis));
    if (age.toSeconds() < 120) {
      return age.toSeconds() + " s ago";
    }
    return age.toMinutes() < 120 ? age.toMinutes() + " min ago" : age.toHours() + " h ago";
  }
}
