package io.godwit.simulation;

import io.godwit.agent.container.Containers;
import io.godwit.simulation.Life.Copy;
import io.godwit.simulation.Life.Copy.State;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Looks at everything at once, which nobody in the world can, and says what must not be. */
final class Oracle {
  private static final long BUDGET_MS = 60_000;
  private static final long SLACK_MS = 15_000;

  private final World world;

  /** When a machine was last troubled, or without a broker. */
  private final Map<Machine, Long> troubled = new HashMap<>();

  Oracle(World world) {
    this.world = world;
  }

  /** After every event. */
  void look() {
    for (Machine machine : world.machines()) {
      if (machine.isTroubled() || world.broker().isAway()) {
        troubled.put(machine, world.nowMs());
      }
    }
    world
        .accusation()
        .ifPresent(what -> {
          throw new Violation(what);
        });
    Map<String, Copy> running = new HashMap<>();
    for (Life life : world.population().lives()) {
      for (Copy copy : life.copies) {
        if (copy.state == State.FROZEN) {
          lookAtBudget(copy);
        }
        if (copy.state == State.RUNNING) {
          Copy other = running.put(life.program.name(), copy);
          if (other != null) {
            throw new Violation("RUNS TWICE: %s, and %s".formatted(other, copy));
          }
          if (life.ended) {
            throw new Violation("RUNS AGAIN: %s, which had ended by itself".formatted(copy));
          }
        }
      }
      if (life.excuse.isEmpty() && life.isLost(world.store())) {
        throw new Violation(
            "LOST: %s runs nowhere, and what it could be restored from is gone".formatted(life));
      }
    }
  }

  /**
   * Nobody has claimed it and its machine is well: it goes on when its budget is spent. Where the
   * log has forgotten, somebody may have claimed it.
   */
  private void lookAtBudget(Copy copy) {
    long since = Math.max(copy.frozenSinceMs + BUDGET_MS, troubled.getOrDefault(copy.machine, 0L));
    if (world.nowMs() > since + SLACK_MS
        && !world.broker().hasForgotten()
        && !world.migrations().isClaimed(copy.life.program.name())) {
      throw new Violation(
          "STANDS STILL: %s, for %d ms, and nobody has claimed it"
              .formatted(copy, world.nowMs() - copy.frozenSinceMs));
    }
  }

  /** A copy comes to be from a dump. */
  void restored(Life life, Life.Dump dump) {
    if (dump.stale) {
      world.accuse("RUNS FROM THE PAST: %s, which has run on since that dump".formatted(life));
    }
  }

  /** When all is mended, and time enough has passed. */
  void lookAtTheEnd() {
    List<String> unsettled = world.migrations().unsettled();
    if (!unsettled.isEmpty()) {
      throw new Violation("NOT SETTLED: " + String.join(", ", unsettled));
    }
    for (Group group : world.groups()) {
      if (!group.isDone()) {
        throw new Violation(
            "NOT HANDLED: records of %s for %s".formatted(group.topic(), group.name()));
      }
    }
    world.machines().forEach(this::lookAtWhatWaits);
    for (Life life : world.population().lives()) {
      if (!life.ended && life.excuse.isEmpty() && !life.runs()) {
        throw new Violation(
            "NEITHER RUNS NOR ENDED: %s%s"
                .formatted(life, life.isThere() ? ", which stands still" : ""));
      }
    }
  }

  /** Nothing waits for images, or is half made, when its migration is known to be over. */
  private void lookAtWhatWaits(Machine machine) {
    for (Docker.Box box : machine.docker().boxes()) {
      String migration = box.body.path("Labels").path(Containers.MIGRATION_LABEL).asText();
      boolean over =
          world.broker().decisions(migration).stream()
              .anyMatch(decision -> decision.hasAbort() && !decision.getAbort().hasAttempt());
      if (over && box.starting) {
        throw new Violation(
            "WAITS: %s on %s, whose migration is over".formatted(box.name, machine.name()));
      }
    }
  }
}
