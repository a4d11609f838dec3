package io.godwit.batch.plan;

import io.godwit.batch.spec.Spec;
import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Device;
import io.godwit.batch.state.Fleet;
import io.godwit.batch.state.Host;
import io.godwit.batch.state.Host.Running;
import io.godwit.batch.state.Member;
import io.godwit.batch.state.Member.Now;
import io.godwit.contract.BatchMember;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Fixes who is a member, in which wave, and where each would go as things are now. Hosts take turns
 * in the order of their names, so that a wave is of all hosts and not of the first.
 */
public final class Planner {
  private final Fleet fleet;
  private final Placement placement;

  public Planner(Fleet fleet, Instant now) {
    this.fleet = fleet;
    this.placement = new Placement(fleet, now);
  }

  private record Found(Host host, Running container) {}

  /** The members of a batch that has none yet. */
  public List<BatchMember> members(Batch batch) {
    List<Found> found = found(batch.spec(), Set.of());
    List<Integer> waves = batch.spec().waves().split(moving(batch.spec(), found));
    return numbered(batch, found, waves, 0);
  }

  /** Those that have come since: a wave of their own. */
  public List<BatchMember> newcomers(Batch batch) {
    Set<String> known = new HashSet<>();
    batch.roster().members().forEach(member -> known.add(member.containerId()));
    List<Found> found = found(batch.spec(), known);
    return numbered(batch, found, List.of(found.size()), batch.roster().waves().size());
  }

  private static int moving(Spec spec, List<Found> found) {
    return (int)
        found.stream()
            .filter(one -> !spec.policy(spec.policyFor(one.container().labels())).skipped())
            .count();
  }

  private List<Found> found(Spec spec, Set<String> known) {
    List<List<Found>> byHost = new ArrayList<>();
    for (Host host : fleet.hosts()) {
      List<Found> here =
          host.containers().stream()
              .filter(container -> !known.contains(container.id()))
              .filter(container -> isSelected(spec, host, container))
              .sorted(Comparator.comparing(Running::name).thenComparing(Running::id))
              .map(container -> new Found(host, container))
              .toList();
      if (!here.isEmpty()) {
        byHost.add(here);
      }
    }
    List<Found> turns = new ArrayList<>();
    int longest = byHost.stream().mapToInt(List::size).max().orElse(0);
    for (int turn = 0; turn < longest; turn++) {
      for (List<Found> here : byHost) {
        if (turn < here.size()) {
          turns.add(here.get(turn));
        }
      }
    }
    return turns;
  }

  private static boolean isSelected(Spec spec, Host host, Running container) {
    return spec.sources().stream()
        .anyMatch(source ->
            source.selects(
                host.name(),
                container.id(),
                container.name(),
                container.image(),
                container.labels()));
  }

  private List<BatchMember> numbered(
      Batch batch, List<Found> found, List<Integer> waves, int firstWave) {
    Spec spec = batch.spec();
    List<Device> candidates = placement.candidates(spec.targets());
    Map<String, Load> loads = new HashMap<>();
    candidates.forEach(device -> loads.put(device.name(), new Load()));
    List<BatchMember> members = new ArrayList<>();
    int wave = 0;
    int inWave = 0;
    for (Found one : found) {
      int policy = spec.policyFor(one.container().labels());
      boolean skipped = spec.policy(policy).skipped();
      if (!skipped && inWave == waves.get(wave)) {
        wave++;
        inWave = 0;
      }
      int index = batch.roster().members().size() + members.size();
      Member member = member(index, one, policy);
      Optional<Device> device =
          skipped ? Optional.empty() : device(batch, member, candidates, loads);
      BatchMember.Builder line =
          BatchMember.newBuilder()
              .setIndex(index)
              .setHost(one.host().name())
              .setContainerId(one.container().id())
              .setName(one.container().name())
              .setImage(one.container().image())
              .setWave(firstWave + wave)
              .setMemoryBytes(one.container().memoryBytes())
              .setPolicy(policy);
      device.ifPresent(chosen -> line.setDevice(chosen.name()));
      if (skipped) {
        line.addReasons("its policy says that it does not move");
      } else if (device.isEmpty()) {
        List<String> why = placement.obstacles(batch, member);
        line.addAllReasons(why.isEmpty() ? List.of("no device has room for it") : why);
      }
      inWave += skipped ? 0 : 1;
      members.add(line.build());
    }
    return members;
  }

  private static final class Load {
    private int members;
    private long memory;
  }

  private Optional<Device> device(
      Batch batch, Member member, List<Device> candidates, Map<String, Load> loads) {
    boolean packed = batch.spec().targets().packed();
    Optional<Device> best = Optional.empty();
    int most = 0;
    for (Device device : candidates) {
      Load load = loads.getOrDefault(device.name(), new Load());
      int weight = load.members * (packed ? 1 : -1);
      boolean room =
          device.memoryBytes() == 0 || device.memoryBytes() - load.memory >= member.memoryBytes();
      if ((best.isEmpty() || weight > most)
          && room
          && placement.misfit(batch, member, device).isEmpty()) {
        best = Optional.of(device);
        most = weight;
      }
    }
    best.ifPresent(device -> {
      Load load = loads.computeIfAbsent(device.name(), _ -> new Load());
      load.members++;
      load.memory += member.memoryBytes();
    });
    return best;
  }

  private static Member member(int index, Found found, int policy) {
    return new Member(
        index,
        found.host().name(),
        found.container().id(),
        found.container().name(),
        found.container().image(),
        0,
        "",
        found.container().memoryBytes(),
        policy,
        List.of(),
        Optional.empty(),
        new Now.Waiting(0, Instant.EPOCH));
  }
}
