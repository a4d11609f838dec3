package io.godwit.checkpointer.freeze;

import io.godwit.checkpointer.source.DumpProcesses;
import io.godwit.checkpointer.source.HostProcess;
import io.godwit.docker.CommandRunner;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a dump that does not end by itself.
 *
 * <p>CRIU holds the processes by ptrace and has let the kernel's freezer go meanwhile (it lets the
 * cgroup run as soon as all are seized, and has it stand again before it lets go: criu/seize.c).
 * Who dies as tracer lets go of everybody, and the first thread of each process, which runs CRIU's
 * parasite then, sees its control socket end and puts back its registers and signals by itself
 * (compel/plugins/std/infect.c, parasite_daemon). So the processes run on; what they keep is the
 * parasite's mapping. Not covered are a few moments, a system call or two each, in which CRIU has
 * put its own instructions into a process's program text, or runs another thread there: a CRIU that
 * is killed in one of them takes that process along. So it is asked first: a dump whose page server
 * hangs up fails, and CRIU puts everything in order. Only one that does not is killed.
 */
final class DumpEnd {
  private static final Logger LOG = LoggerFactory.getLogger(DumpEnd.class);

  /** How long CRIU may take to put things in order by itself. */
  private static final Duration GRACE = Duration.ofMillis(300);

  /** How long runc may take to notice that CRIU is gone. */
  private static final Duration AFTER_CRIU = Duration.ofMillis(500);

  private static final Duration GONE = Duration.ofSeconds(5);
  private static final Duration GLANCE = Duration.ofMillis(10);
  private static final Duration KILL = Duration.ofSeconds(10);

  private final DumpProcesses dumps;
  private final CommandRunner commands;
  private final Waiting waiting;

  DumpEnd(DumpProcesses dumps, CommandRunner commands, Waiting waiting) {
    this.dumps = dumps;
    this.commands = commands;
    this.waiting = waiting;
  }

  /** Whether the container is being dumped. */
  boolean goesOn(String containerId) throws IOException {
    return dumps.any(containerId);
  }

  /**
   * Returns when no dump of the container goes on any more.
   *
   * @throws IOException when one does in spite of all
   */
  void end(String containerId) throws IOException, InterruptedException {
    if (isOver(containerId, GRACE)) {
      return;
    }
    LOG.warn("a dump does not end by itself: CRIU is killed");
    kill(dumps.started(containerId));
    if (isOver(containerId, AFTER_CRIU)) {
      return;
    }
    kill(dumps.of(containerId));
    if (!isOver(containerId, GONE)) {
      throw new IOException("a dump of the container goes on although it was killed");
    }
  }

  private boolean isOver(String containerId, Duration atMost)
      throws IOException, InterruptedException {
    Instant deadline = waiting.clock().instant().plus(atMost);
    while (dumps.any(containerId)) {
      if (!waiting.clock().instant().isBefore(deadline)) {
        return false;
      }
      waiting.sleeper().sleep(GLANCE);
    }
    return true;
  }

  private void kill(List<HostProcess> processes) throws IOException {
    if (processes.isEmpty()) {
      return;
    }
    List<String> command = new ArrayList<>(List.of("kill", "-KILL"));
    processes.forEach(process -> command.add(Long.toString(process.pid())));
    // It says no where one of them has ended meanwhile.
    commands.run(command, KILL);
  }
}
