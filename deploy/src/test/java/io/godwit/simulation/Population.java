package io.godwit.simulation;

import io.godwit.contract.Checkpoint;
import io.godwit.simulation.Life.Copy;
import io.godwit.simulation.Life.Copy.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The programs, and every copy of them that lives anywhere. */
final class Population {
  private final World world;
  private final Map<String, Life.Program> programs = new LinkedHashMap<>();
  private final List<Life> lives = new ArrayList<>();

  Population(World world) {
    this.world = world;
  }

  List<Life> lives() {
    return lives;
  }

  /** A program that there is. */
  void add(Life.Program program) {
    programs.put(program.name(), program);
  }

  Optional<Life.Program> program(String name) {
    return Optional.ofNullable(programs.get(name));
  }

  Life begin(Life.Program program) {
    Life life = new Life(program, lives.size() + 1);
    lives.add(life);
    world.say(life + " begins");
    return life;
  }

  Optional<Life> life(long identity) {
    return identity < 1 || identity > lives.size()
        ? Optional.empty()
        : Optional.of(lives.get((int) identity - 1));
  }

  void published(Checkpoint checkpoint, List<String> blobs) {
    // Of whose life it is: the one that was dumped last from this container.
    for (Life life : lives) {
      if (life.program.name().equals(checkpoint.getContainer().getName())
          && !life.dumps.isEmpty()
          && !life.dumps.getLast().stale) {
        life.stored.add(new Life.Stored(life.dumps.getLast(), blobs));
      }
    }
  }

  /** Nobody can be blamed for what cannot be restored any more, whoever tries. */
  void excuseTheLost(String why) {
    lives.stream().filter(life -> life.isLost(world.store())).forEach(life -> life.excuse(why));
  }

  /** A copy runs from now on. */
  void goesOn(Copy copy) {
    if (copy.state == State.GONE || (copy.state == State.RUNNING && copy.run > 0)) {
      return;
    }
    copy.dumps.forEach(dump -> dump.stale = true);
    copy.state = State.RUNNING;
    copy.sinceMs = world.nowMs();
    int run = ++copy.run;
    world.say(copy + " runs");
    if (copy.leftMs < Long.MAX_VALUE) {
      world
          .scheduler()
          .after(
              copy.leftMs,
              () -> {
                if (copy.run == run && copy.state == State.RUNNING) {
                  end(copy);
                }
              });
    }
  }

  /** A program comes to its own end. */
  void end(Copy copy) {
    world.say(copy + " ends by itself");
    copy.life.ended = true;
    copy.ended = true;
    copy.machine.docker().end(copy.box, 0);
  }

  /** A copy stands still from now on. */
  void standsStill(Copy copy) {
    if (copy.state == State.RUNNING) {
      copy.leftMs = left(copy);
      copy.state = State.FROZEN;
      copy.frozenSinceMs = world.nowMs();
      world.say(copy + " stands still");
    }
  }

  /** How long a copy has to run still. */
  long left(Copy copy) {
    return copy.leftMs == Long.MAX_VALUE || copy.state != State.RUNNING
        ? copy.leftMs
        : Math.max(1, copy.leftMs - (world.nowMs() - copy.sinceMs));
  }
}
