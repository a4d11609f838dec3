package io.godwit.batch.plan;

import io.godwit.batch.spec.Limits;
import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Device;
import io.godwit.batch.state.Fleet;
import io.godwit.batch.state.Member;
import io.godwit.batch.state.Member.Now;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who goes next. Batches take turns, whoever has waited the longest first; within a batch the host
 * with the fewest under way goes first. A host whose limit is reached, or whose first members no
 * device can take, keeps nobody else from going.
 *
 * <p>On a machine the strictest limit of the batches that have something to do there holds, for all
 * of them: else the one with the larger limit would never let the other in.
 */
public final class Scheduler {
  /** How many of one host are looked at for one whom a free device can take. */
  private static final int LOOK = 100;

  private final Instant now;
  private final Placement placement;
  private final Slots slots;
  private final Map<Batch, Lanes> lanes;
  private final Map<Batch, List<Device>> candidates = new HashMap<>();
  private final Map<String, Integer> hostLimits = new HashMap<>();
  private final Map<String, Integer> deviceLimits = new HashMap<>();
  private final Map<Batch, Turn> turns = new HashMap<>();

  /** One that is to be started. */
  public record Start(Batch batch, Member member, String device) {}

  /** What has been handed out of one batch's share so far. */
  private static final class Turn {
    private final Map<String, Integer> placed = new HashMap<>();
    private int started;
  }

  /**
   * @param lanes of all batches that are not over; members are taken out of them
   */
  public Scheduler(Fleet fleet, Map<Batch, Lanes> lanes, Slots slots, Instant now) {
    this.now = now;
    this.placement = new Placement(fleet, now);
    this.slots = slots;
    this.lanes = lanes;
  }

  /** All that can be started now; their places are taken in the slots. */
  public List<Start> starts() {
    List<Batch> ready = new ArrayList<>();
    lanes.forEach((batch, its) -> {
      if (Brakes.of(batch, now).isEmpty() && !its.isEmpty()) {
        ready.add(batch);
      }
    });
    if (ready.isEmpty()) {
      return List.of();
    }
    ready.sort(Comparator.comparing(Batch::lastStart).thenComparing(Batch::askedAt));
    ready.forEach(batch -> {
      Limits limits = batch.spec().limits();
      List<Device> its = placement.candidates(batch.spec().targets());
      candidates.put(batch, its);
      turns.put(batch, new Turn());
      its.forEach(device -> deviceLimits.merge(device.name(), limits.perDevice(), Math::min));
      lanes(batch).hosts().forEach(host -> hostLimits.merge(host, limits.perHost(), Math::min));
    });
    for (Batch batch : lanes.keySet()) {
      Limits limits = batch.spec().limits();
      for (Member member : batch.roster().flying()) {
        hostLimits.merge(member.host(), limits.perHost(), Math::min);
        if (member.now() instanceof Now.Flying flying) {
          deviceLimits.merge(flying.device(), limits.perDevice(), Math::min);
        }
      }
    }
    List<Start> starts = new ArrayList<>();
    while (!ready.isEmpty()) {
      ready.removeIf(batch -> {
        Optional<Start> start = next(batch);
        start.ifPresent(starts::add);
        return start.isEmpty() || isFull(batch);
      });
    }
    return starts;
  }

  private boolean isFull(Batch batch) {
    int started = turn(batch).started;
    return batch.spec().rate().isPresent()
        || batch.roster().flying().size() + started >= batch.spec().limits().overall();
  }

  private Optional<Start> next(Batch batch) {
    Lanes its = lanes(batch);
    List<String> hosts =
        its.hosts().stream()
            .filter(host -> slots.onHost(host) < hostLimits.getOrDefault(host, 0))
            .sorted(
                Comparator.<String>comparingInt(slots::onHost)
                    .thenComparingInt(batch.roster()::lastTurnOf)
                    .thenComparing(host -> host))
            .toList();
    for (String host : hosts) {
      Optional<Start> start = next(batch, its, host);
      if (start.isPresent()) {
        return start;
      }
    }
    return Optional.empty();
  }

  private Optional<Start> next(Batch batch, Lanes its, String host) {
    int looks = Math.min(LOOK, its.length(host));
    for (int look = 0; look < looks; look++) {
      Optional<Member> polled = its.poll(host);
      if (polled.isEmpty()) {
        return Optional.empty();
      }
      Member member = polled.get();
      Optional<Device> device =
          slots.isUnderWay(member.containerId())
              ? Optional.empty()
              : placement.choose(
                  batch,
                  member,
                  candidates.getOrDefault(batch, List.of()),
                  slots,
                  this::isFree,
                  another ->
                      batch.roster().placedOn(another.name())
                          + turn(batch).placed.getOrDefault(another.name(), 0));
      if (device.isPresent()) {
        slots.take(member, device.get().name());
        turn(batch).started++;
        turn(batch).placed.merge(device.get().name(), 1, Integer::sum);
        return Optional.of(new Start(batch, member, device.get().name()));
      }
      its.putBack(member);
    }
    return Optional.empty();
  }

  private boolean isFree(Device device) {
    return slots.onDevice(device.name())
        < deviceLimits.getOrDefault(device.name(), Limits.STANDARD.perDevice());
  }

  private Lanes lanes(Batch batch) {
    return Optional.ofNullable(lanes.get(batch)).orElseThrow();
  }

  private Turn turn(Batch batch) {
    return turns.computeIfAbsent(batch, _ -> new Turn());
  }
}
