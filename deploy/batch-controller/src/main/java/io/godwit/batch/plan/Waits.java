package io.godwit.batch.plan;

import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Fleet;
import io.godwit.batch.state.Member;
import io.godwit.batch.state.Member.Now;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything that a batch waits for, for people: nothing waits in silence. */
public final class Waits {
  private Waits() {}

  /** What it waits for, the whole batch first. */
  public static List<Wait> of(Batch batch, Collection<Batch> all, Fleet fleet, Instant now) {
    List<Wait> waits = new ArrayList<>();
    if (batch.isOver()) {
      doubted(batch, waits);
      return waits;
    }
    Optional<Wait> brake = Brakes.of(batch, now);
    brake.ifPresent(waits::add);
    if (!batch.roster().flying().isEmpty()) {
      waits.add(new Wait("flight", "%d are under way".formatted(batch.roster().flying().size())));
    }
    Slots slots = Slots.of(all);
    Placement placement = new Placement(fleet, now);
    Map<Wait, Integer> members = new LinkedHashMap<>();
    for (Member member : batch.roster().members()) {
      if (member.wave() == batch.wave() && member.now() instanceof Now.Waiting waiting) {
        of(batch, member, waiting, slots, placement, fleet, now)
            .ifPresent(wait -> members.merge(wait, 1, Integer::sum));
      }
    }
    members.forEach((wait, many) ->
        waits.add(new Wait(wait.kind(), "%d wait: %s".formatted(many, wait.words()))));
    doubted(batch, waits);
    return waits;
  }

  /** What one that waits for its turn waits for, beside what the whole batch does. */
  private static Optional<Wait> of(
      Batch batch,
      Member member,
      Now.Waiting waiting,
      Slots slots,
      Placement placement,
      Fleet fleet,
      Instant now) {
    if (waiting.notBefore().isAfter(now)) {
      return Optional.of(
          new Wait("backoff", "to be tried again at %s".formatted(waiting.notBefore())));
    }
    if (slots.isUnderWay(member.containerId())) {
      return Optional.of(new Wait("container", "another batch moves the container"));
    }
    int most = batch.spec().limits().perHost();
    if (slots.onHost(member.host()) >= most) {
      return Optional.of(
          new Wait(
              "host",
              "%d of %d are under way from host %s"
                  .formatted(slots.onHost(member.host()), most, member.host())));
    }
    List<String> obstacles = placement.obstacles(batch, member);
    if (!obstacles.isEmpty()) {
      return Optional.of(
          new Wait("device", "no device takes them: %s".formatted(String.join("; ", obstacles))));
    }
    boolean free =
        placement.candidates(batch.spec().targets()).stream()
            .anyMatch(device ->
                slots.onDevice(device.name()) < batch.spec().limits().perDevice()
                    && slots.hasRoom(device, member)
                    && placement.misfit(batch, member, device).isEmpty());
    if (!free) {
      return Optional.of(new Wait("device", "no device that fits has a place and room"));
    }
    return fleet
        .host(member.host())
        .filter(host -> !host.isFresh(now))
        .map(host ->
            new Wait(
                "host", "host %s was last heard of at %s".formatted(host.name(), host.heardAt())));
  }

  private static void doubted(Batch batch, List<Wait> waits) {
    for (Member member : batch.roster().doubted()) {
      if (member.now() instanceof Now.Done done) {
        waits.add(
            new Wait(
                "doubt",
                "where %s runs nobody can say: see godwit status %s"
                    .formatted(member.name(), done.migrationId())));
      }
    }
  }
}
