package io.godwit.checkpointer.freeze;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcessTable;
import java.io.IOException;
import java.util.List;

/**
 * A docker exec or health check that stands half-way in a frozen container: its {@code runc init}
 * is frozen with the rest, {@code runc exec} waits for it, the shim waits for that, and the Engine
 * answers nothing about this container any more, neither what is of it nor unpause. None can begin
 * once the container is paused: the Engine refuses it, and so does runc.
 */
final class HalfWay {
  private final ProcFs processes;
  private final ProcessTable all;

  HalfWay(ProcFs processes) {
    this.processes = processes;
    this.all = new ProcessTable(processes.folder());
  }

  /** Whether there is one. */
  boolean any(String containerId) throws IOException {
    for (HostProcess command : all.commandsWith("exec", containerId)) {
      if (isRunc(command)) {
        return true;
      }
    }
    for (HostProcess process : processes.ofContainer(containerId)) {
      try {
        if (ProcFs.isRuncInit(processes.arguments(process))) {
          return true;
        }
      } catch (IOException e) {
        if (!processes.hasEnded(process, e)) {
          throw e;
        }
      }
    }
    return false;
  }

  private boolean isRunc(HostProcess command) throws IOException {
    try {
      List<String> arguments = processes.arguments(command);
      return arguments.getFirst().endsWith("runc");
    } catch (IOException e) {
      if (processes.hasEnded(command, e)) {
        return false;
      }
      throw e;
    }
  }
}
