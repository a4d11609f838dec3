package io.godwit.checkpointer.testing;

import io.godwit.blob.BlobStore;
import io.godwit.checkpointer.freeze.Waiting;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.MigrationObserver;
import io.godwit.checkpointer.preflight.ContainersInMigration;
import io.godwit.checkpointer.preflight.DeviceChecks;
import io.godwit.checkpointer.preflight.Preflight;
import io.godwit.checkpointer.source.Firewall;
import io.godwit.checkpointer.work.Deadlines;
import io.godwit.checkpointer.work.Inbox;
import io.godwit.checkpointer.work.Worker;
import io.godwit.checkpointer.work.Workshop;
import io.godwit.contract.MigrationRequest;
import io.godwit.messaging.DeviceDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** One run of the checkpointer between its start and its end, put together as in production. */
public final class Service implements MigrationObserver {
  private final Journal journal;
  private final Worker worker;
  private final Inbox inbox;
  private final Clock clock;
  private final List<String> said = new CopyOnWriteArrayList<>();

  public Service(
      Workshop.Machine machine,
      Workshop.Meeting meeting,
      DeviceDirectory directory,
      Deadlines deadlines,
      Path state,
      Waiting waiting)
      throws IOException {
    this.clock = waiting.clock();
    this.inbox = new Inbox(waiting.threads());
    this.journal = new Journal(state);
    Gate gate = new Gate(journal, clock, this);
    ContainersInMigration inMigration = new ContainersInMigration();
    Workshop workshop =
        new Workshop(
            machine,
            meeting,
            new Preflight(
                machine.engine(),
                machine.processes(),
                machine.watches(),
                new Firewall(machine.processes(), machine.commands()),
                machine.facts(),
                new DeviceChecks(directory, machine.facts(), clock),
                inMigration),
            new Workshop.Desk(journal, gate, inbox, (migration, what, total) -> BlobStore.SILENT),
            state,
            deadlines,
            waiting);
    this.worker =
        new Worker(
            workshop.steps(),
            journal,
            gate,
            inMigration,
            inbox,
            waiting.sleeper(),
            waiting.threads(),
            2);
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
