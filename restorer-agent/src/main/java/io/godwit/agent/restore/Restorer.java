package io.godwit.agent.restore;

import io.godwit.agent.state.Journal.Entry;
import io.godwit.agent.state.Journal.Step;
import io.godwit.contract.Conversion;
import io.godwit.contract.Phase;
import io.godwit.messaging.MigrationEvents;
import io.godwit.messaging.Verdict;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restores: fetch, verify, prepare, have all of it on the disk; then claim, and what the log
 * decides; then start, prove, tell. Each step is in the journal before it is done.
 *
 * <p>What fails before the claim is told too, by a claim and a failure: the container stands still
 * at its source, and should not wait there for its deadline.
 */
final class Restorer {
  private static final Logger LOG = LoggerFactory.getLogger(Restorer.class);

  private final Staging staging;
  private final Preparer preparer;
  private final Settlement settlement;
  private final Tidying tidying;
  private final Decisions decisions;
  private final Uninterrupted uninterrupted;
  private final Clock clock;

  Restorer(
      Staging staging,
      Preparer preparer,
      Settlement settlement,
      Tidying tidying,
      Decisions decisions,
      Uninterrupted uninterrupted,
      Clock clock) {
    this.staging = staging;
    this.preparer = preparer;
    this.settlement = settlement;
    this.tidying = tidying;
    this.decisions = decisions;
    this.uninterrupted = uninterrupted;
    this.clock = clock;
  }

  /** Restores a container that nobody has claimed or aborted yet. */
  void restore(Task task) throws IOException, InterruptedException {
    Entry entry = tidying.begin(task);
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
      obstacle = Optional.of(words(e));
    }
    Optional<String> late = late(task.conversion());
    if (late.isPresent()) {
      people(task).say(Phase.CONVERTED, "not claimed: " + late.get());
      tidying.forget(entry);
      return;
    }
    claim(task, entry, container, obstacle, timer);
  }

  /**
   * Why nobody waits for it any more: the source host aborts then, if it has not done so already.
   */
  Optional<String> late(Conversion conversion) {
    long now = clock.millis();
    if (conversion.getExpiresAtMs() != 0 && conversion.getExpiresAtMs() < now) {
      return Optional.of("the migration's deadline has passed, and the source goes on.");
    }
    if (conversion.getFreezeEndsAtMs() != 0 && conversion.getFreezeEndsAtMs() < now) {
      return Optional.of(
          "the container has stood still for as long as it may, and the source goes on.");
    }
    return Optional.empty();
  }

  /**
   * Tells that it will never be restored, because the record that asks for it cannot be handled.
   *
   * @param entry no note of it need be there: a full disk may be the very cause
   */
  void giveUp(Entry entry, Throwable cause) throws IOException, InterruptedException {
    Verdict verdict = decisions.claim(entry.id(), entry.attempt()).verdict();
    if (decisions.isOfThisRun(verdict)) {
      settlement.notStarted(entry, words(cause), List::of);
    } else if (verdict instanceof Verdict.Claimed) {
      settlement.tellWhatRuns(entry);
    } else {
      settlement.obey(entry, verdict);
    }
  }

  private void claim(
      Task task, Entry entry, String container, Optional<String> obstacle, PhaseTimer timer)
      throws IOException, InterruptedException {
    Decisions.Standing standing = decisions.claim(task.id(), task.attempt());
    if (standing.verdict() instanceof Verdict.Claimed claimed
        && !decisions.isOfThisRun(standing.verdict())) {
      LOG.warn("an earlier run of this agent, {}, has claimed it", claimed.agentRun());
      uninterrupted.run(name(task), () -> settlement.tellWhatRuns(entry));
      return;
    }
    if (standing.isForgotten() && standing.verdict() instanceof Verdict.Open) {
      // Made anew since it was read: no claim counts any more. Nobody else could restore it, and
      // this run, the only one that there is, has not.
      String why = "The decision log was lost before the claim stood in it.";
      uninterrupted.run(name(task), () -> settlement.notStarted(entry, why, timer::phases));
      return;
    }
    if (!(standing.verdict() instanceof Verdict.Claimed)) {
      people(task).say(Phase.ABORTED, "not restored: " + Decisions.words(standing.verdict()));
      tidying.forget(entry);
      return;
    }
    uninterrupted.run(
        name(task),
        () -> {
          if (obstacle.isPresent()) {
            settlement.notStarted(entry, obstacle.get(), timer::phases);
          } else {
            settlement.start(task, entry, container, timer);
          }
        });
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
    preparer.sync(task, container);
    timer.ended("sync", 0);
    return container;
  }

  private MigrationEvents people(Task task) {
    return settlement.people(
        Entry.restore(task.id(), Step.PREPARED, task.name(), task.attempt()), Optional.of(task));
  }

  private static String name(Task task) {
    return "restore-" + task.id().shortId();
  }

  private static String words(Throwable cause) {
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
