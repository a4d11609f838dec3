package io.godwit.agent.restore;

import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Purpose;
import io.godwit.agent.container.Trees;
import io.godwit.agent.restore.ClaimedRestore.Begun;
import io.godwit.agent.restore.ClaimedRestore.Claimed;
import io.godwit.agent.restore.ClaimedRestore.Result;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.Journal.Entry;
import io.godwit.agent.state.Journal.Step;
import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.StateFolder;
import io.godwit.contract.Conversion;
import io.godwit.contract.Phase;
import io.godwit.contract.PhaseTime;
import io.godwit.contract.Resolved.RanOn;
import io.godwit.contract.Succeeded;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.messaging.EventPublisher;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.MigrationEvents;
import io.godwit.messaging.PoisonException;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Verdict;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a restore that was claimed to its end: what really runs is told, the log's answer is read,
 * and that is obeyed, whatever was told.
 *
 * <table>
 *   <caption>What the log says of the attempt, and what is done</caption>
 *   <tr><td>Succeeded, Resolved for the device</td><td>it stays; its restart policy is set</td></tr>
 *   <tr><td>Failed, Aborted, Resolved for the host</td><td>it is stopped and removed</td></tr>
 *   <tr><td>Claimed, Open</td><td>nothing yet: who has claimed looks, tells, and reads again</td></tr>
 * </table>
 */
final class Settlement {
  private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);
  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final String CONVERSION = "conversion.record";

  private final ClaimedRestore restore;
  private final Decisions decisions;
  private final DockerEngine engine;
  private final Containers containers;
  private final Trees trees;
  private final Journal journal;
  private final StateFolder state;
  private final EventPublisher events;
  private final Sleeper sleeper;

  Settlement(
      ClaimedRestore restore,
      Decisions decisions,
      DockerEngine engine,
      Containers containers,
      Trees trees,
      Journal journal,
      StateFolder state,
      EventPublisher events,
      Sleeper sleeper) {
    this.restore = restore;
    this.decisions = decisions;
    this.engine = engine;
    this.containers = containers;
    this.trees = trees;
    this.journal = journal;
    this.state = state;
    this.events = events;
    this.sleeper = sleeper;
  }

  /** Keeps what is to be restored, before anything is done. */
  void keep(Task task) throws IOException {
    DurableFiles.write(
        state.staging(task.id()).resolve(CONVERSION), task.conversion().toByteArray());
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

  /** Starts what was claimed and prepared, and brings it to its end. */
  void start(Task task, Entry entry, Preparer.Ready ready, PhaseTimer timer)
      throws IOException, InterruptedException {
    MigrationEvents people = people(entry, Optional.of(task));
    people.say(Phase.CLAIMED, "the device has claimed the container");
    // An earlier restore's must not be taken for this one's, whenever the agent dies.
    DurableFiles.delete(log(entry.id()));
    Entry starting = journal.write(entry.at(Step.STARTING));
    people.say(Phase.RESTORING, "CRIU restores");
    AtomicReference<Begun> begun =
        new AtomicReference<>(restore.start(task, ready.containerId(), ready.start()));
    Claimed claimed = new Claimed(starting, Optional.of(task));
    Verdict verdict =
        outcome(
            claimed,
            () -> {
              Result result = restore.look(claimed, begun.getAndUpdate(Begun::later));
              timer.ended("restore", 0);
              return result;
            },
            timer::phases);
    obey(starting, verdict);
  }

  /** Tells that what was claimed was not even started, and why; unless it runs all the same. */
  void notStarted(Entry entry, String why, Supplier<List<PhaseTime>> times)
      throws IOException, InterruptedException {
    Claimed claimed = new Claimed(entry, kept(entry));
    Look look =
        () -> {
          try {
            return restore.look(claimed, new Begun.Unseen(why));
          } catch (IOException e) {
            if (entry.step() != Step.PREPARED) {
              throw e;
            }
            // Nobody has told the Engine to start it: the source need not wait until it answers.
            LOG.warn("its container is removed later", e);
            return new Result.Nothing(why, List.of());
          }
        };
    obey(entry, outcome(claimed, look, times));
  }

  /** After a crash with a claim and no outcome: tells what really runs. */
  void tellWhatRuns(Entry entry) throws IOException, InterruptedException {
    Claimed claimed = new Claimed(entry, kept(entry));
    Begun crash = new Begun.Unseen("The agent was stopped while the container was being restored.");
    obey(entry, outcome(claimed, () -> restore.look(claimed, crash), List::of));
  }

  /** Tells what the log had once, and has no more. */
  void sayAgain(Entry entry) throws InterruptedException {
    decisions.succeeded(
        entry.id(),
        entry.attempt(),
        Succeeded.newBuilder().addProof("The log had this before, and has lost it."));
  }

  /** Looks, and does what has to be done before anybody is told. */
  @FunctionalInterface
  private interface Look {
    Result look() throws IOException, InterruptedException;
  }

  /**
   * How it ended, once the log has it. While nobody has said so the log is read again and again:
   * the operator may say it before the Engine answers.
   */
  private Verdict outcome(Claimed claimed, Look look, Supplier<List<PhaseTime>> times)
      throws InterruptedException {
    while (true) {
      try {
        return tell(claimed, look.look(), times.get());
      } catch (IOException e) {
        LOG.warn("it cannot be told yet what runs; again in {} s", PAUSE.toSeconds(), e);
      }
      sleeper.sleep(PAUSE);
      try {
        Verdict verdict = decisions.standing(claimed.id(), claimed.entry().attempt()).verdict();
        if (!(verdict instanceof Verdict.Claimed) && !(verdict instanceof Verdict.Open)) {
          return verdict;
        }
      } catch (MessagingException e) {
        LOG.warn("the decision log does not answer", e);
      }
    }
  }

  private Verdict tell(Claimed claimed, Result result, List<PhaseTime> times)
      throws InterruptedException {
    List<PhaseTime> phases = new ArrayList<>();
    claimed.task().ifPresent(task -> phases.addAll(task.conversion().getPhasesList()));
    phases.addAll(times);
    MigrationId id = claimed.id();
    Verdict verdict =
        switch (result) {
          case Result.Runs runs ->
              decisions.succeeded(
                  id,
                  claimed.entry().attempt(),
                  Succeeded.newBuilder()
                      .setContainerId(runs.containerId())
                      .addAllProof(runs.proof())
                      .addAllPhases(phases)
                      .setRunningAtMs(runs.since().toEpochMilli()));
          case Result.Nothing nothing ->
              decisions.failed(id, claimed.entry().attempt(), nothing.reason(), nothing.criuSaid());
        };
    MigrationEvents people = people(claimed.entry(), claimed.task());
    switch (verdict) {
      case Verdict.Succeeded success ->
          people.say(
              Phase.SUCCEEDED,
              "it runs on the device. "
                  + String.join(" ", success.decision().getSucceeded().getProofList()),
              phases,
              List.of());
      case Verdict.Failed failure ->
          people.say(Phase.FAILED, "not restored: " + failure.decision().getFailed().getReason());
      case Verdict.Open _, Verdict.Claimed _, Verdict.Aborted _, Verdict.Resolved _ ->
          people.say(
              Phase.ABORTED,
              "what the device has told does not count: " + Decisions.words(verdict));
    }
    return verdict;
  }

  /** Does what the log says. Who was overruled stops what it has started, before anything else. */
  void obey(Entry entry, Verdict verdict) throws IOException, InterruptedException {
    switch (verdict) {
      case Verdict.Succeeded _ -> finish(entry);
      case Verdict.Resolved resolved when resolved.ranOn() != RanOn.HOST -> finish(entry);
      case Verdict.Failed _, Verdict.Aborted _, Verdict.Resolved _ -> forgetAtLast(entry);
      case Verdict.Open _, Verdict.Claimed _ ->
          throw new IOException("the log does not take the outcome of " + entry.id());
    }
  }

  /** Until it is gone: nobody may be left with a second one because the Engine was busy. */
  private void forgetAtLast(Entry entry) throws InterruptedException {
    while (true) {
      try {
        forget(entry);
        return;
      } catch (IOException e) {
        LOG.warn("it is not removed yet; again in {} s", PAUSE.toSeconds(), e);
        sleeper.sleep(PAUSE);
      }
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
    DurableFiles.delete(log(id));
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
    DurableFiles.delete(log(entry.id()));
    journal.remove(entry);
    state.forget(entry.id());
  }

  /** One migration's voice. */
  MigrationEvents people(Entry entry, Optional<Task> task) {
    return events.of(
        entry.id().value(),
        task.map(known -> known.conversion().getHost()).orElse(""),
        task.map(known -> known.conversion().getDevice()).orElse(""),
        entry.container());
  }

  private Path log(MigrationId id) {
    return state.log(id, ClaimedRestore.LOG_NAME);
  }
}
