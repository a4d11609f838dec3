package io.godwit.agent.restore;

import io.godwit.agent.restore.ClaimedRestore.Begun;
import io.godwit.agent.restore.ClaimedRestore.Claimed;
import io.godwit.agent.restore.ClaimedRestore.Result;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.Journal.Entry;
import io.godwit.agent.state.Journal.Step;
import io.godwit.agent.state.MigrationId;
import io.godwit.contract.Phase;
import io.godwit.contract.PhaseTime;
import io.godwit.contract.Resolved.RanOn;
import io.godwit.contract.Succeeded;
import io.godwit.messaging.EventPublisher;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.MigrationEvents;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Verdict;
import java.io.IOException;
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

  private final ClaimedRestore restore;
  private final Decisions decisions;
  private final Tidying tidying;
  private final Journal journal;
  private final EventPublisher events;
  private final Sleeper sleeper;

  Settlement(
      ClaimedRestore restore,
      Decisions decisions,
      Tidying tidying,
      Journal journal,
      EventPublisher events,
      Sleeper sleeper) {
    this.restore = restore;
    this.decisions = decisions;
    this.tidying = tidying;
    this.journal = journal;
    this.events = events;
    this.sleeper = sleeper;
  }

  /** Starts what is prepared, and now claimed, and brings it to its end. */
  void start(Task task, Entry entry, Preparer.Ready ready, PhaseTimer timer)
      throws IOException, InterruptedException {
    Entry claimedEntry = journal.write(entry.at(Step.CLAIMED));
    MigrationEvents people = people(entry, Optional.of(task));
    people.say(Phase.CLAIMED, "the device has claimed the container");
    // An earlier restore's must not be taken for this one's, whenever the agent dies.
    tidying.deleteLog(entry.id());
    Entry starting = journal.write(claimedEntry.at(Step.STARTING));
    people.say(Phase.RESTORING, "CRIU restores");
    AtomicReference<Begun> begun =
        new AtomicReference<>(restore.start(task, ready.made().id(), ready.start()));
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
    Claimed claimed = new Claimed(entry, tidying.kept(entry));
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
    Claimed claimed = new Claimed(entry, tidying.kept(entry));
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
    people.took(times);
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
      case Verdict.Succeeded _ -> tidying.finish(entry);
      case Verdict.Resolved resolved when resolved.ranOn() != RanOn.HOST -> tidying.finish(entry);
      case Verdict.Failed _, Verdict.Aborted _, Verdict.Resolved _ -> forgetAtLast(entry);
      case Verdict.Open _, Verdict.Claimed _ ->
          throw new IOException("the log does not take the outcome of " + entry.id());
    }
  }

  /** Until it is gone: nobody may be left with a second one because the Engine was busy. */
  private void forgetAtLast(Entry entry) throws InterruptedException {
    while (true) {
      try {
        tidying.forget(entry);
        return;
      } catch (IOException e) {
        LOG.warn("it is not removed yet; again in {} s", PAUSE.toSeconds(), e);
        sleeper.sleep(PAUSE);
      }
    }
  }

  /** One migration's voice. */
  MigrationEvents people(Entry entry, Optional<Task> task) {
    return events.of(
        entry.id().value(),
        task.map(known -> known.conversion().getHost()).orElse(""),
        task.map(known -> known.conversion().getDevice()).orElse(""),
        entry.container());
  }
}
