package io.godwit.checkpointer.work;

import io.godwit.checkpointer.source.CgroupFreezer;
import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.messaging.MigrationLog;
import io.godwit.messaging.Sleeper;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a deadlock of the Engine's. Before a dump it freezes the container's cgroup; a {@code docker
 * exec} or health check that began just then stands still half-way, its {@code runc init} frozen
 * with the rest, and the shim, which waits for it, does not come to the dump. So the cgroup is let
 * run again: the dump then stops its processes itself.
 */
final class FreezeWatch {
  private static final Logger LOG = LoggerFactory.getLogger(FreezeWatch.class);
  private static final Duration GLANCE = Duration.ofMillis(300);

  /** For so many glances in a row: an exec that gets on is none of this. */
  private static final int GLANCES = 3;

  private final ProcFs processes;
  private final CgroupFreezer freezer;
  private final Sleeper sleeper;

  FreezeWatch(ProcFs processes, CgroupFreezer freezer, Sleeper sleeper) {
    this.processes = processes;
    this.freezer = freezer;
    this.sleeper = sleeper;
  }

  /** Goes on until it is closed. */
  interface Watching extends AutoCloseable {
    @Override
    void close();
  }

  /** Watches a dump that is being asked for. */
  Watching over(String containerId) {
    Runnable watch = MigrationLog.carried(() -> watch(containerId));
    Thread thread = Thread.ofVirtual().name("freeze-watch").start(watch);
    return thread::interrupt;
  }

  private void watch(String containerId) {
    int glances = 0;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        sleeper.sleep(GLANCE);
        Optional<HostProcess> held = held(containerId);
        glances = held.isPresent() ? glances + 1 : 0;
        if (held.isPresent() && glances % GLANCES == 0) {
          LOG.info("a docker exec that began with the freeze holds the dump; let run again");
          freezer.thaw(held.get());
        }
      }
    } catch (InterruptedException e) {
      // The dump has come to its end.
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.warn("cannot see whether a docker exec holds the dump", e);
    }
  }

  /** The exec that does not get on, while no dump does either. */
  private Optional<HostProcess> held(String containerId) throws IOException {
    if (processes.runsCommandWith("checkpoint", containerId)) {
      return Optional.empty();
    }
    for (HostProcess process : processes.ofContainer(containerId)) {
      try {
        if (ProcFs.isRuncInit(processes.arguments(process))) {
          return Optional.of(process);
        }
      } catch (IOException e) {
        if (!processes.hasEnded(process, e)) {
          throw e;
        }
      }
    }
    return Optional.empty();
  }
}
