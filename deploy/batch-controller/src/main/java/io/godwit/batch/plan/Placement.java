package io.godwit.batch.plan;

import io.godwit.batch.spec.ContainerSelector;
import io.godwit.batch.spec.DeviceSelector;
import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Device;
import io.godwit.batch.state.Fleet;
import io.godwit.batch.state.Host;
import io.godwit.batch.state.Member;
import io.godwit.batch.state.Member.Now;
import io.godwit.contract.Cordon;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Where members go. What a host's own preflight looks at in depth is only looked at here as far as
 * it helps to choose: room, CPU features, and whether the device is there at all.
 */
public final class Placement {
  private final Fleet fleet;
  private final Instant now;

  public Placement(Fleet fleet, Instant now) {
    this.fleet = fleet;
    this.now = now;
  }

  /** The devices that take members of a batch at all, by name. */
  List<Device> candidates(DeviceSelector targets) {
    return fleet.devices().stream().filter(device -> closed(targets, device).isEmpty()).toList();
  }

  private static boolean isSelected(DeviceSelector targets, Device device) {
    boolean named = targets.devices().isEmpty() || targets.devices().contains(device.name());
    return named && ContainerSelector.holds(targets.labels(), device.labels());
  }

  /** Why a device takes none; empty: it does. */
  Optional<String> closed(DeviceSelector targets, Device device) {
    String name = device.name();
    if (!isSelected(targets, device)) {
      return Optional.of("%s is none of its targets".formatted(name));
    }
    Optional<Cordon> cordon = fleet.cordon(name);
    if (cordon.isPresent()) {
      return Optional.of("%s is cordoned by %s".formatted(name, cordon.get().getBy()));
    }
    if (!device.isFresh(now)) {
      return Optional.of(
          "%s was last heard of %d s ago"
              .formatted(name, Duration.between(device.heardAt(), now).toSeconds()));
    }
    if (!device.unfit().isEmpty()) {
      return Optional.of("%s is not fit: %s".formatted(name, device.unfit().getFirst()));
    }
    List<String> lacking =
        targets.cpuFeatures().stream()
            .filter(feature -> !device.cpuFeatures().contains(feature))
            .toList();
    return lacking.isEmpty()
        ? Optional.empty()
        : Optional.of("%s lacks %s".formatted(name, String.join(", ", lacking)));
  }

  /** Why a device cannot hold this member, whoever else is there; empty: it can. */
  Optional<String> misfit(Batch batch, Member member, Device device) {
    String name = device.name();
    if (name.equals(member.host())) {
      return Optional.of("%s is where it runs".formatted(name));
    }
    Optional<Host> host = fleet.host(member.host());
    boolean must = !batch.policyOf(member).options().getAllowCpuDifference();
    if (host.isPresent()
        && must
        && host.get().isa() == device.isa()
        && !device.cpuFeatures().isEmpty()
        && !device.cpuFeatures().containsAll(host.get().cpuFeatures())) {
      Set<String> lacking = new TreeSet<>(host.get().cpuFeatures());
      lacking.removeAll(device.cpuFeatures());
      return Optional.of("%s lacks %s".formatted(name, String.join(", ", lacking)));
    }
    return Optional.empty();
  }

  /**
   * The device for a member now: the planned one, where it can and no try has failed; else the one
   * with the fewest of this batch, or the most where it packs.
   *
   * @param free whether a device has a place for one more
   * @param load how many of this batch are on a device, or on their way there
   */
  Optional<Device> choose(
      Batch batch,
      Member member,
      List<Device> candidates,
      Slots slots,
      Predicate<Device> free,
      ToIntFunction<Device> load) {
    Predicate<Device> takes =
        device ->
            free.test(device)
                && slots.hasRoom(device, member)
                && misfit(batch, member, device).isEmpty();
    if (member.now() instanceof Now.Waiting(int attempts, Instant _) && attempts == 0) {
      Optional<Device> planned =
          fleet
              .device(member.device())
              .filter(device -> closed(batch.spec().targets(), device).isEmpty())
              .filter(takes);
      if (planned.isPresent()) {
        return planned;
      }
    }
    boolean packed = batch.spec().targets().packed();
    Optional<Device> best = Optional.empty();
    int most = 0;
    for (Device device : candidates) {
      int weight = load.applyAsInt(device) * (packed ? 1 : -1);
      if ((best.isEmpty() || weight > most) && takes.test(device)) {
        best = Optional.of(device);
        most = weight;
      }
    }
    return best;
  }

  /** Why no device at all can take a member; empty where one could, were it free. */
  public List<String> obstacles(Batch batch, Member member) {
    DeviceSelector targets = batch.spec().targets();
    List<String> why = new ArrayList<>();
    int unselected = 0;
    for (Device device : fleet.devices()) {
      if (!isSelected(targets, device)) {
        unselected++;
        continue;
      }
      Optional<String> obstacle = closed(targets, device).or(() -> misfit(batch, member, device));
      if (obstacle.isEmpty()) {
        return List.of();
      }
      why.add(obstacle.get());
    }
    if (why.isEmpty()) {
      why.add("none of %d known devices is one of its targets".formatted(unselected));
    }
    return why;
  }
}
