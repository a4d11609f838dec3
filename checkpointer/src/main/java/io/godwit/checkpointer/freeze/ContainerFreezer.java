package io.godwit.checkpointer.freeze;

import io.godwit.checkpointer.source.CgroupFreezer;
import io.godwit.checkpointer.source.CgroupFreezer.State;
import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import java.io.IOException;
import java.util.Optional;

/**
 * A container in the kernel's freezer, by whatever process of it lives: the Engine is not asked.
 */
final class ContainerFreezer {
  private final ProcFs processes;
  private final CgroupFreezer freezer;

  ContainerFreezer(ProcFs processes, CgroupFreezer freezer) {
    this.processes = processes;
    this.freezer = freezer;
  }

  /** How it stands; empty where it has no process. */
  Optional<State> state(String containerId) throws IOException {
    return byOne(containerId, process -> freezer.state(process, containerId));
  }

  /** Whether all of it stands, or is about to. */
  boolean isHeld(String containerId) throws IOException {
    return state(containerId).filter(state -> state != State.THAWED).isPresent();
  }

  /** Lets it go on. */
  void thaw(String containerId) throws IOException {
    byOne(
        containerId,
        process -> {
          freezer.thaw(process, containerId);
          return true;
        });
  }

  /** Has it stand, by and by. */
  void freeze(String containerId) throws IOException {
    byOne(
        containerId,
        process -> {
          freezer.freeze(process, containerId);
          return true;
        });
  }

  /** One of its processes. */
  Optional<HostProcess> one(String containerId) throws IOException {
    return processes.ofContainer(containerId).stream().findFirst();
  }

  @FunctionalInterface
  private interface Act<T> {
    T by(HostProcess process) throws IOException;
  }

  /** That one of many ends meanwhile is no reason to fail. */
  private <T> Optional<T> byOne(String containerId, Act<T> act) throws IOException {
    while (true) {
      Optional<HostProcess> one = one(containerId);
      if (one.isEmpty()) {
        return Optional.empty();
      }
      try {
        return Optional.of(act.by(one.get()));
      } catch (IOException e) {
        if (!processes.hasEnded(one.get(), e)) {
          throw e;
        }
      }
    }
  }
}
