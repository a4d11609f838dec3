package io.godwit.checkpointer.freeze;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds frozen processes where they stand, whoever lets them go on. An Engine that is shut down
 * without live-restore unpauses a container, asks it by SIGTERM to end, and kills it ten seconds
 * later (moby, daemon/stop.go); a person may unpause it, too. A device may have the container by
 * then. So a SIGSTOP is pending for each process: it comes before the next instruction. SIGCONT
 * takes it back while they are frozen, and nobody sees anything of both (signal(7)), but a program
 * that handles SIGCONT, which is told of one.
 */
final class Pin {
  private static final int SIGSTOP = 19;

  private final ProcFs processes;
  private final Signals signals;

  Pin(ProcFs processes, Signals signals) {
    this.processes = processes;
    this.signals = signals;
  }

  /** Pins all but those that are stopped anyway. */
  void put(String containerId) throws IOException {
    signals.send("STOP", those(containerId, process -> !isStopped(process)));
  }

  /** Takes the pin out, where there is one. */
  void take(String containerId) throws IOException {
    List<HostProcess> pinned = those(containerId, this::isToStop);
    if (pinned.isEmpty() && hasStruck(containerId)) {
      pinned = those(containerId, this::isStopped);
    }
    signals.send("CONT", pinned);
  }

  /** Whether somebody let the container go on, and the pin held it. */
  boolean hasStruck(String containerId) throws IOException {
    List<HostProcess> all = processes.ofContainer(containerId);
    return !all.isEmpty() && isStopped(all.getFirst());
  }

  private List<HostProcess> those(String containerId, Test test) throws IOException {
    List<HostProcess> found = new ArrayList<>();
    for (HostProcess process : processes.ofContainer(containerId)) {
      try {
        if (test.of(process)) {
          found.add(process);
        }
      } catch (IOException e) {
        if (!processes.hasEnded(process, e)) {
          throw e;
        }
      }
    }
    return found;
  }

  @FunctionalInterface
  private interface Test {
    boolean of(HostProcess process) throws IOException;
  }

  private boolean isStopped(HostProcess process) throws IOException {
    return processes.status(process, "State").orElse("").startsWith("T");
  }

  /** {@code ShdPnd}: a bit for each signal that is pending for the process (proc_pid_status(5)). */
  private boolean isToStop(HostProcess process) throws IOException {
    long pending = Long.parseUnsignedLong(processes.status(process, "ShdPnd").orElse("0"), 16);
    return ((pending >>> (SIGSTOP - 1)) & 1) == 1;
  }
}
