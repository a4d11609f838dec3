package io.godwit.agent.restore;

import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Purpose;
import io.godwit.agent.container.Trees;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.Journal.Entry;
import io.godwit.agent.state.Journal.Step;
import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.StateFolder;
import io.godwit.agent.state.Workplace;
import io.godwit.contract.Conversion;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.messaging.PoisonException;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this device keeps of a restore, and what of it goes when it is over. */
final class Tidying {
  private static final Logger LOG = LoggerFactory.getLogger(Tidying.class);
  private static final String CONVERSION = "conversion.record";

  private final DockerEngine engine;
  private final Containers containers;
  private final Trees trees;
  private final Journal journal;
  private final StateFolder state;

  Tidying(DockerEngine engine, Containers containers, Trees trees, Workplace.Desk desk) {
    this.engine = engine;
    this.containers = containers;
    this.trees = trees;
    this.journal = desk.journal();
    this.state = desk.state();
  }

  /** Keeps what is to be restored, and that it is begun, before anything is done. */
  Entry begin(Task task) throws IOException {
    DurableFiles.write(
        state.staging(task.id()).resolve(CONVERSION), task.conversion().toByteArray());
    return journal.write(Entry.restore(task.id(), Step.PREPARED, task.name(), task.attempt()));
  }

  /** What was to be restored, as it was kept; nothing where it is not this attempt's. */
  Optional<Task> kept(Entry entry) {
    return kept(entry.id()).filter(task -> task.attempt().equals(entry.attempt()));
  }

  /** The same of whatever attempt. */
  Optional<Task> kept(MigrationId id) {
    try {
      Path record = state.staging(id).resolve(CONVERSION);
      return Optional.of(Task.of(Conversion.parseFrom(Files.readAllBytes(record))));
    } catch (IOException | PoisonException e) {
      return Optional.empty();
    }
  }

  /**
   * It is this device's for good. What remains is the restart policy, and to tidy up; the entry
   * stays until that is done, and nothing that the log comes to say takes it back but the operator.
   */
  void finish(Entry entry) throws IOException {
    Entry done = entry.step() == Step.DONE ? entry : journal.write(entry.at(Step.DONE));
    MigrationId id = done.id();
    Optional<Task> task = kept(done);
    Optional<String> container =
        containers.find(Purpose.restore(id, done.attempt())).map(Container::id);
    if (container.isPresent()) {
      trees.keep(id, container.get());
      if (task.isPresent()) {
        engine.setRestartPolicy(container.get(), task.get().spec().restartPolicy());
        startAsTheEngineWouldHave(entry, container.get(), task.get());
      } else {
        LOG.warn(
            "the notes on {} are lost: its restart policy stays \"no\"; set it by docker update",
            done.container());
      }
      engine.deleteCheckpoint(container.get(), Containers.checkpointName(id));
    }
    containers.settled(id);
    deleteLog(id);
    journal.remove(done);
    state.forget(id);
  }

  /**
   * Where the machine was started anew before the policy was put back, the Engine has not started
   * the container with the others.
   */
  private void startAsTheEngineWouldHave(Entry entry, String container, Task task)
      throws IOException {
    boolean anew = !entry.boot().isEmpty() && !entry.boot().equals(state.boot().id());
    boolean runs = engine.inspect(container).map(there -> there.state().running()).orElse(true);
    if (anew && !runs && task.spec().restartPolicy().startsWithTheEngine()) {
      LOG.info("{} is started, as its restart policy asks", entry.container());
      engine.start(container);
    }
  }

  /**
   * Removes the container that was made before a claim; what was fetched stays for the next try.
   */
  void undo(Entry entry) throws IOException, InterruptedException {
    containers.remove(entry.container(), Purpose.restore(entry.id(), entry.attempt()));
    trees.undo(entry.id());
    journal.remove(entry);
  }

  /** Removes whatever was made for an attempt that this device does not restore. */
  void forget(Entry entry) throws IOException, InterruptedException {
    containers.remove(entry.container(), Purpose.restore(entry.id(), entry.attempt()));
    trees.undo(entry.id());
    deleteLog(entry.id());
    journal.remove(entry);
    state.forget(entry.id());
  }

  /** An earlier restore's must not be taken for a later one's. */
  void deleteLog(MigrationId id) throws IOException {
    DurableFiles.delete(state.log(id, ClaimedRestore.LOG_NAME));
  }
}
