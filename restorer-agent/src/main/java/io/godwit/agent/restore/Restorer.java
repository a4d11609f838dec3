package io.godwit.agent.restore;

import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Containers.Role;
import io.godwit.agent.container.Trees;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.Journal.Step;
import io.godwit.agent.state.StateFolder;
import io.godwit.contract.Conversion;
import io.godwit.contract.Phase;
import io.godwit.contract.PhaseTime;
import io.godwit.contract.Succeeded;
import io.godwit.docker.DockerEngine;
import io.godwit.messaging.EventPublisher;
import io.godwit.messaging.MigrationEvents;
import io.godwit.messaging.PoisonException;
import io.godwit.messaging.Verdict;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restores: fetch, verify, prepare; then claim, and what the log decides; then start, prove, tell.
 * Each step is in the journal before it is done.
 *
 * <p>What fails before the claim is told too, by a claim and a failure: the container stands still
 * at its source, and should not wait there for its deadline.
 */
final class Restorer {
  private static final Logger LOG = LoggerFactory.getLogger(Restorer.class);
  private static final String CONVERSION = "conversion.record";

  private final Staging staging;
  private final Preparer preparer;
  private final ClaimedRestore claimed;
  private final Decisions decisions;
  private final DockerEngine engine;
  private final Containers containers;
  private final Trees trees;
  private final Journal journal;
  private final StateFolder state;
  private final EventPublisher events;
  private final Clock clock;

  Restorer(
      Staging staging,
      Preparer preparer,
      ClaimedRestore claimed,
      Decisions decisions,
      DockerEngine engine,
      Containers containers,
      Trees trees,
      Journal journal,
      StateFolder state,
      EventPublisher events,
      Clock clock) {
    this.staging = staging;
    this.preparer = preparer;
    this.claimed = claimed;
    this.decisions = decisions;
    this.engine = engine;
    this.containers = containers;
    this.trees = trees;
    this.journal = journal;
    this.state = state;
    this.events = events;
    this.clock = clock;
  }

  /** Restores a container that nobody has claimed or aborted yet. */
  void restore(Task task) throws IOException, InterruptedException {
    DurableFiles.write(
        state.staging(task.id()).resolve(CONVERSION), task.conversion().toByteArray());
    Journal.Entry entry = journal.write(new Journal.Entry(task.id(), Step.PREPARED, task.name()));
    PhaseTimer timer = new PhaseTimer(clock);
    String container = "";
    Optional<String> obstacle = Optional.empty();
    try {
      container = prepare(task, timer);
    } catch (IOException | RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException("asked to stop before the claim");
      }
      LOG.warn("the container cannot be prepared", e);
      obstacle = Optional.of(e.getMessage() == null ? e.toString() : e.getMessage());
    }
    Verdict verdict = decisions.claim(task.id());
    if (!decisions.isOfThisRun(verdict)) {
      people(task).say(Phase.ABORTED, "not restored: " + words(verdict));
      forget(entry);
      return;
    }
    Journal.Entry ours = journal.write(entry.at(Step.CLAIMED));
    String prepared = container;
    Optional<String> why = obstacle;
    Uninterrupted.run(
        "restore-" + task.id().shortId(),
        () -> {
          if (why.isPresent()) {
            containers.remove(task.name(), task.id(), Role.RESTORED);
            tell(task, ours, new ClaimedRestore.Result.Nothing(why.get(), List.of()), timer);
          } else {
            start(task, ours, prepared, timer);
          }
        });
  }

  /**
   * After a crash with a claim and no outcome: tells what really runs.
   *
   * @param entry the journal's, or one made for the occasion
   */
  void tellWhatRuns(Journal.Entry entry) throws IOException, InterruptedException {
    Optional<Task> kept = kept(entry);
    if (kept.isEmpty()) {
      containers.remove(entry.container(), entry.id(), Role.RESTORED);
      decisions.failed(
          entry.id(),
          "The agent lost its notes of what it was restoring; its container is removed.",
          List.of());
      forget(entry);
      return;
    }
    Task task = kept.get();
    String crash = "The agent was stopped while the container was being restored.";
    ClaimedRestore.Result result = claimed.whatRuns(task.id(), task.name(), Optional.of(crash));
    tell(task, entry, result, new PhaseTimer(clock));
  }

  /**
   * Removes the container that was made before a claim; what was fetched stays for the next try.
   */
  void undo(Journal.Entry entry) throws IOException {
    containers.remove(entry.container(), entry.id(), Role.RESTORED);
    trees.undo(entry.id());
    journal.remove(entry);
  }

  /** Removes whatever was made for a migration that this device does not restore. */
  void forget(Journal.Entry entry) throws IOException {
    containers.remove(entry.container(), entry.id(), Role.RESTORED);
    trees.undo(entry.id());
    journal.remove(entry);
    state.forget(entry.id());
  }

  private String prepare(Task task, PhaseTimer timer) throws IOException, InterruptedException {
    MigrationEvents people = people(task);
    long bytes = staging.bytesToFetch(task);
    people.say(Phase.CONVERTED, "the device fetches %d bytes".formatted(bytes));
    staging.fetch(task, bytes, people);
    timer.ended("fetch", bytes);
    staging.verify(task);
    timer.ended("verify", 0);
    String container = preparer.prepare(task);
    timer.ended("create", 0);
    return container;
  }

  private void start(Task task, Journal.Entry entry, String container, PhaseTimer timer)
      throws IOException, InterruptedException {
    people(task).say(Phase.CLAIMED, "the device has claimed the container");
    Journal.Entry starting = journal.write(entry.at(Step.STARTING));
    people(task).say(Phase.RESTORING, "CRIU restores");
    ClaimedRestore.Result result = claimed.start(task, container);
    timer.ended("restore", 0);
    tell(task, starting, result, timer);
  }

  private void tell(Task task, Journal.Entry entry, ClaimedRestore.Result result, PhaseTimer timer)
      throws IOException, InterruptedException {
    List<PhaseTime> phases = new ArrayList<>(task.conversion().getPhasesList());
    phases.addAll(timer.phases());
    switch (result) {
      case ClaimedRestore.Result.Runs runs -> {
        decisions.succeeded(
            task.id(),
            Succeeded.newBuilder()
                .setContainerId(runs.containerId())
                .addAllProof(runs.proof())
                .addAllPhases(phases)
                .setRunningAtMs(runs.since().toEpochMilli()));
        people(task)
            .say(
                Phase.SUCCEEDED,
                "it runs on the device. " + String.join(" ", runs.proof()),
                phases,
                List.of());
        finish(task, journal.write(entry.at(Step.DONE)));
      }
      case ClaimedRestore.Result.Nothing nothing -> {
        decisions.failed(task.id(), nothing.reason(), nothing.criuSaid());
        people(task).say(Phase.FAILED, "not restored: " + nothing.reason());
        forget(entry);
      }
    }
  }

  /** The outcome stands in the log: what remains is the restart policy, and to tidy up. */
  void finish(Task task, Journal.Entry entry) throws IOException {
    Optional<String> container =
        containers
            .find(task.name(), task.id(), Role.RESTORED)
            .map(inspect -> inspect.path("Id").asText());
    if (container.isPresent()) {
      trees.keep(task.id(), container.get());
      engine.setRestartPolicy(container.get(), task.spec().restartPolicy());
      engine.deleteCheckpoint(container.get(), Containers.checkpointName(task.id()));
    }
    containers.settled(task.id());
    DurableFiles.delete(state.log(task.id(), ClaimedRestore.LOG_NAME));
    journal.remove(entry);
    state.forget(task.id());
  }

  /** What was to be restored, as it was kept before anything was done. */
  Optional<Task> kept(Journal.Entry entry) {
    try {
      Path record = state.staging(entry.id()).resolve(CONVERSION);
      return Optional.of(Task.of(Conversion.parseFrom(Files.readAllBytes(record))));
    } catch (IOException | PoisonException e) {
      return Optional.empty();
    }
  }

  private MigrationEvents people(Task task) {
    Conversion conversion = task.conversion();
    return events.of(task.id().value(), conversion.getHost(), conversion.getDevice(), task.name());
  }

  private static String words(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Open _ -> "the claim did not come to stand in the log";
      case Verdict.Aborted aborted ->
          "%s aborted it first: %s".formatted(aborted.by(), aborted.reason());
      case Verdict.Claimed claimed -> "device %s claimed it first".formatted(claimed.device());
      case Verdict.Succeeded _ -> "it was restored before";
      case Verdict.Failed _ -> "it failed before";
      case Verdict.Resolved _ -> "the operator has resolved it";
    };
  }
}
