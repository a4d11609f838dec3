package io.godwit.checkpointer.testing;

import io.godwit.blob.BlobStore;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.MigrationObserver;
import io.godwit.checkpointer.preflight.ContainersInMigration;
import io.godwit.checkpointer.preflight.DeviceChecks;
import io.godwit.checkpointer.preflight.Preflight;
import io.godwit.checkpointer.work.Deadlines;
import io.godwit.checkpointer.work.Inbox;
import io.godwit.checkpointer.work.Steps;
import io.godwit.checkpointer.work.Worker;
import io.godwit.contract.MigrationRequest;
import io.godwit.messaging.DeviceDirectory;
import io.godwit.messaging.Sleeper;
import io.godwit.service.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** One run of the checkpointer between its start and its end, put together as in production. */
public final class Service implements MigrationObserver {
  private final Journal journal;
  private final Steps steps;
  private final Worker worker;
  private final Inbox inbox = new Inbox(Threads.SYSTEM);
  private final Clock clock;
  private final List<String> said = new CopyOnWriteArrayList<>();

  public Service(
      Steps.Machine machine,
      Steps.Meeting meeting,
      DeviceDirectory directory,
      Deadlines deadlines,
      Path state,
      Clock clock,
      Sleeper sleeper)
      throws IOException {
    this.clock = clock;
    this.journal = new Journal(state);
    Gate gate = new Gate(journal, clock, this);
    ContainersInMigration inMigration = new ContainersInMigration();
    this.steps =
        new Steps(
            machine,
            meeting,
            new Preflight(
                machine.engine(),
                machine.processes(),
                machine.watches(),
                machine.facts(),
                new DeviceChecks(directory, machine.facts(), clock),
                inMigration),
            journal,
            inbox,
            gate,
            (migration, what, total) -> BlobStore.SILENT,
            deadlines,
            state,
            clock,
            sleeper);
    this.worker = new Worker(steps, journal, gate, inMigration, inbox, sleeper, 2);
  }

  public Journal journal() {
    return journal;
  }

  public Worker worker() {
    return worker;
  }

  public Inbox inbox() {
    return inbox;
  }

  /** Journals a request, as the consumer of requests does. */
  public Migration accept(MigrationRequest request) throws IOException {
    Migration migration = Migration.accepted(request, clock.instant());
    journal.accept(migration);
    return migration;
  }

  /** What was said, a line for each event. */
  public List<String> said() {
    return said;
  }

  @Override
  public void entered(Migration migration, String message) {
    said.add(migration.state() + ": " + message);
  }

  @Override
  public void settled(Migration migration, String message) {
    said.add(migration.state() + ", ended: " + message);
  }
}
