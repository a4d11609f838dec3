package io.godwit.checkpointer.work;

import io.godwit.checkpointer.freeze.CheckpointFolder;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.SourceContainer;
import io.godwit.docker.DockerEngine;
import io.godwit.messaging.Sleeper;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Finds out how a dump ended when nobody was there to hear the Engine's answer: it goes on without
 * us. While it does, there is a {@code runc checkpoint} of the container; after CRIU has ended, the
 * Engine still unpacks the images into its folder. So it is over when there is no such process and
 * the folder and the container's status have not changed for a while.
 */
final class DumpWatch {
  private static final Duration GLANCE = Duration.ofMillis(500);

  /** The container stands still meanwhile, and the Engine needs a few milliseconds. */
  private static final Duration STOP_GLANCE = Duration.ofMillis(5);

  private static final Duration QUIET = Duration.ofSeconds(3);

  /** The Engine has it paused before and after CRIU's part of a dump. */
  private static final Duration QUIET_WHILE_PAUSED = Duration.ofSeconds(30);

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);

  private final DockerEngine engine;
  private final ProcFs processes;
  private final FreezeWatch freezes;
  private final Clock clock;
  private final Sleeper sleeper;

  DumpWatch(
      DockerEngine engine, ProcFs processes, FreezeWatch freezes, Clock clock, Sleeper sleeper) {
    this.engine = engine;
    this.processes = processes;
    this.freezes = freezes;
    this.clock = clock;
    this.sleeper = sleeper;
  }

  private record Sight(boolean dumping, String status, List<String> files) {
    Duration quiet() {
      return status.equals("paused") ? QUIET_WHILE_PAUSED : QUIET;
    }
  }

  /** Waits until nothing goes on any more; says whether there is a complete dump then. */
  boolean endsWithDump(String containerId, CheckpointFolder folder)
      throws IOException, InterruptedException {
    try (var watching = freezes.over(containerId)) {
      Sight last = look(containerId, folder);
      Instant since = clock.instant();
      while (last.dumping()
          || Duration.between(since, clock.instant()).compareTo(last.quiet()) < 0) {
        sleeper.sleep(GLANCE);
        Sight now = look(containerId, folder);
        if (!now.equals(last)) {
          last = now;
          since = clock.instant();
        }
      }
      return !last.status().equals("running") && folder.isComplete();
    }
  }

  /** Watches a dump that is being asked for: no exec may hold it. */
  FreezeWatch.Watching over(String containerId) {
    return freezes.over(containerId);
  }

  /**
   * Waits until the Engine has noticed that a container whose dump is complete has stopped: until
   * then it has its address and ports, and starts nothing under its name.
   *
   * @throws IOException when it does not
   */
  void awaitStopped(String containerId) throws IOException, InterruptedException {
    Instant deadline = clock.instant().plus(STOP_PATIENCE);
    while (status(containerId).equals("running")) {
      if (clock.instant().isAfter(deadline)) {
        throw new IOException(
            "the dump failed: the container still runs %d s after it"
                .formatted(STOP_PATIENCE.toSeconds()));
      }
      sleeper.sleep(STOP_GLANCE);
    }
  }

  private Sight look(String containerId, CheckpointFolder folder) throws IOException {
    return new Sight(
        processes.runsCommandWith("checkpoint", containerId), status(containerId), folder.glance());
  }

  private String status(String containerId) throws IOException {
    Optional<SourceContainer> container = engine.inspect(containerId).map(SourceContainer::new);
    return container.map(SourceContainer::status).orElse("removed");
  }
}
