package io.godwit.simulation;

import io.godwit.simulation.Life.Copy;
import io.godwit.simulation.Life.Copy.State;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Has faults happen, and mends what they did. */
final class Troubles {
  private final World world;
  private final Random random;

  Troubles(World world, Random random) {
    this.world = world;
    this.random = random;
  }

  /** Those that strike a call are the caller's to have. */
  void happen(Fault fault) {
    switch (fault.kind()) {
      case KILL -> kill(fault);
      case STOP -> stop(fault);
      case REBOOT -> reboot(world.machine(fault.target()), fault.ms());
      case OFF_TOO_LONG -> {
        Machine machine = world.machine(fault.target());
        if (random.nextBoolean()) {
          reboot(machine, fault.ms());
        } else {
          machine.services().forEach(service -> world.kill(machine, service, fault.ms()));
        }
        world.scheduler().after(fault.ms() - 1, this::forget);
      }
      case ENGINE_RESTART -> restartEngine(world.machine(fault.target()), false);
      case ENGINE_RESTART_LIVE -> restartEngine(world.machine(fault.target()), true);
      case ENGINE_AWAY -> {
        Machine machine = world.machine(fault.target());
        machine.setEngineAway(true);
        later(fault, () -> machine.setEngineAway(false));
      }
      case BROKER_AWAY -> {
        world.broker().setAway(true);
        later(fault, () -> world.broker().setAway(false));
      }
      case STORE_AWAY -> {
        world.store().setAway(true);
        later(fault, () -> world.store().setAway(false));
      }
      case DISK_FULL -> {
        Machine machine = world.machine(fault.target());
        machine.disk().setFull(true);
        later(fault, () -> machine.disk().setFull(false));
      }
      case LOG_MADE_ANEW -> world.broker().makeLogAnew();
      case LOG_CUT_OFF -> world.broker().cutLogOff();
      case BLOB_MISSING -> world.store().lose(random);
      case CLOCK_STEP -> world.machine(fault.target()).stepClock(fault.ms());
      case REBALANCE -> world.groups().forEach(Group::rebalance);
      case ABORT -> world.migrations().abort();
      case RESOLVE -> {
        // Who is asleep could go on with what he was about to do.
        if (world.allAwake()) {
          world.migrations().resolveDoubts();
        }
      }
      case REQUEST_AGAIN -> world.migrations().askAgain();
      case ID_REUSED -> world.migrations().reuseId();
      case PROGRAM_ENDS -> endProgram();
      case CALL_REFUSED,
          CALL_REFUSED_BUT_DONE,
          CALL_LOST,
          CALL_LOST_BUT_DONE,
          CALL_HANGS,
          DUMP_REFUSED,
          DUMP_HANGS,
          RESTORE_REFUSED,
          FRESH_START,
          ACK_LOST,
          WRITTEN_TWICE,
          DELIVERED_LATE,
          DELIVERED_TWICE,
          STORE_REFUSES,
          OUT_OF_MEMORY -> {
        // The caller's.
      }
    }
  }

  private void later(Fault fault, Runnable mend) {
    world.scheduler().after(fault.ms(), mend);
  }

  private void kill(Fault fault) {
    for (Machine machine : world.machines()) {
      for (Machine.Service service : machine.services()) {
        if (service.name().equals(fault.scope())) {
          world.kill(machine, service, fault.ms());
        }
      }
    }
  }

  private void stop(Fault fault) {
    for (Machine machine : world.machines()) {
      for (Machine.Service service : machine.services()) {
        if (service.name().equals(fault.target())) {
          Scheduler.Actor actor = world.actor(service);
          actor.stop();
          later(fault, actor::goOn);
        }
      }
    }
  }

  private void restartEngine(Machine machine, boolean live) {
    if (machine.isOn()) {
      machine.restartEngine(live || machine.liveRestore());
    }
  }

  private void reboot(Machine machine, long ms) {
    if (machine.isOn()) {
      machine.cutPower(random);
      world
          .scheduler()
          .after(
              ms,
              () -> {
                if (!machine.isOn()) {
                  machine.boot();
                }
              });
    }
  }

  private void forget() {
    if (random.nextBoolean()) {
      world.broker().makeLogAnew();
    } else {
      world.broker().cutLogOff();
    }
  }

  private void endProgram() {
    for (Life life : world.population().lives()) {
      for (Copy copy : List.copyOf(life.copies)) {
        if (copy.state == State.RUNNING && copy.life.program.restartPolicy().equals("no")) {
          world.population().end(copy);
        }
      }
    }
  }

  /** Everything is mended, and everybody awake. */
  void mend() {
    Set<String> names = new HashSet<>();
    for (DeviceService device : world.devices().toList()) {
      if (!names.add(device.device())) {
        world.kill(device);
        device.rename(device.device() + "-too");
      }
    }
    world.broker().setAway(false);
    world.store().setAway(false);
    for (Machine machine : world.machines()) {
      machine.setEngineAway(false);
      machine.disk().setFull(false);
      machine.setClockRight();
      if (!machine.isOn()) {
        machine.boot();
      }
      for (Machine.Service service : machine.services()) {
        Scheduler.Actor actor = world.actor(service);
        if (!actor.isAlive()) {
          world.start(machine, service);
        } else {
          actor.goOn();
        }
      }
    }
  }
}
