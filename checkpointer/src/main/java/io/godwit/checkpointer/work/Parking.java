package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Source;
import io.godwit.checkpointer.migration.Standstill;
import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.MigrationPoints;
import io.godwit.checkpointer.source.ParkException;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcessIdentity;
import io.godwit.contract.Twin;
import io.godwit.docker.Container;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** Brings a container's processes to their migration points, and knows them again. */
final class Parking {
  private final MigrationPoints points;
  private final ProcFs processes;
  private final ProcessIdentity identity;
  private final Duration patience;

  /**
   * @param patience until every process is at its migration point
   */
  Parking(MigrationPoints points, ProcFs processes, ProcessIdentity identity, Duration patience) {
    this.points = points;
    this.processes = processes;
    this.identity = identity;
    this.patience = patience;
  }

  /**
   * What is noted of a container that is about to be frozen.
   *
   * @throws IOException when its first process has ended
   */
  Standstill.Freeze freeze(Instant at, Container container) throws IOException {
    HostProcess first =
        processes
            .find(container.firstPid().orElse(0L))
            .orElseThrow(() -> new IOException("the container's first process ended meanwhile"));
    return new Standstill.Freeze(at, identity.of(first), processes.boot());
  }

  /**
   * Parks all.
   *
   * @return when the last one stood
   * @throws ParkException when one does not come, or is not as it was in preflight
   */
  Instant park(String containerId, Source source)
      throws IOException, ParkException, InterruptedException {
    Instant end = points.park(containerId, source.targetIsa(), patience);
    for (HostProcess process : processes.ofContainer(containerId)) {
      requireAsInPreflight(process, source);
    }
    return end;
  }

  /** Tells all to go on. */
  void goOn(String containerId) throws IOException, ParkException, InterruptedException {
    points.goOn(containerId);
  }

  private void requireAsInPreflight(HostProcess process, Source source)
      throws IOException, ParkException {
    String executable = processes.executable(process);
    if (source.twins().stream().map(Twin::getExecutable).noneMatch(executable::equals)) {
      throw new ParkException(
          "%s (process %d) was started after preflight, and its twin was not looked at; ask again"
              .formatted(executable, process.pid()));
    }
    if (processes.threads(process) > 1) {
      throw new ParkException(
          "%s (process %d) has started a second thread since preflight; a program with several cannot be moved to another ISA yet"
              .formatted(executable, process.pid()));
    }
  }
}
