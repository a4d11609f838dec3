package io.godwit.agent.restore;

import io.godwit.agent.hold.PendingStart;
import io.godwit.agent.ready.Waiting;
import io.godwit.agent.ready.WaitingContainers;
import io.godwit.agent.state.DevicePolicy;
import io.godwit.agent.state.Journal.Entry;
import io.godwit.agent.state.Journal.Step;
import io.godwit.contract.Conversion;
import io.godwit.contract.Phase;
import io.godwit.docker.Container;
import io.godwit.messaging.MigrationEvents;
import io.godwit.messaging.Verdict;
import io.godwit.refusal.Refusal;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
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

  /** The Engine's part of a start, up to where it waits. */
  private static final Duration CREATED = Duration.ofMinutes(2);

  private final WaitingContainers waiting;
  private final Staging staging;
  private final Preparer preparer;
  private final Settlement settlement;
  private final Tidying tidying;
  private final Decisions decisions;
  private final Uninterrupted uninterrupted;
  private final DevicePolicy policy;
  private final Clock clock;

  Restorer(
      WaitingContainers waiting,
      Staging staging,
      Preparer preparer,
      Settlement settlement,
      Tidying tidying,
      Decisions decisions,
      Uninterrupted uninterrupted,
      DevicePolicy policy,
      Clock clock) {
    this.waiting = waiting;
    this.staging = staging;
    this.preparer = preparer;
    this.settlement = settlement;
    this.tidying = tidying;
    this.decisions = decisions;
    this.uninterrupted = uninterrupted;
    this.policy = policy;
    this.clock = clock;
  }

  /** Restores a container that nobody has claimed or aborted yet. */
  void restore(Task task) throws IOException, InterruptedException {
    Entry entry = tidying.begin(task);
    PhaseTimer timer = new PhaseTimer(clock);
    Optional<Preparer.Ready> ready = Optional.empty();
    Optional<String> obstacle = Optional.empty();
    try {
      ready = Optional.of(prepare(task, timer));
    } catch (IOException | RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException("asked to stop before the claim");
      }
      LOG.warn("the container cannot be prepared", e);
      obstacle = Optional.of(words(e));
    }
    try {
      claim(task, entry, ready, obstacle, timer);
    } finally {
      letGo(ready.map(Preparer.Ready::start));
    }
  }

  private void claim(
      Task task,
      Entry entry,
      Optional<Preparer.Ready> ready,
      Optional<String> obstacle,
      PhaseTimer timer)
      throws IOException, InterruptedException {
    Optional<String> late = late(task.conversion());
    if (late.isPresent()) {
      letGo(ready.map(Preparer.Ready::start));
      people(task).say(Phase.CONVERTED, "not claimed: " + late.get());
      tidying.forget(entry);
      return;
    }
    Decisions.Standing standing = decisions.claim(task.id(), task.attempt());
    if (!decisions.isOfThisRun(standing.verdict())) {
      // Before anything else: the Engine answers no question about what waits.
      letGo(ready.map(Preparer.Ready::start));
      notOurs(task, entry, standing, timer);
      return;
    }
    uninterrupted.run(
        name(task),
        () -> {
          if (ready.isPresent()) {
            settlement.start(task, entry, ready.get(), timer);
          } else {
            settlement.notStarted(
                entry, obstacle.orElse("It could not be prepared."), timer::phases);
          }
        });
  }

  /** Where the log does not tell this run to restore it. */
  private void notOurs(Task task, Entry entry, Decisions.Standing standing, PhaseTimer timer)
      throws IOException, InterruptedException {
    if (standing.verdict() instanceof Verdict.Claimed claimed) {
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
    people(task).say(Phase.ABORTED, "not restored: " + Decisions.words(standing.verdict()));
    tidying.forget(entry);
  }

  /** What waits ends, unless it was told go. */
  private static void letGo(Optional<PendingStart> start) {
    try {
      if (start.isPresent()) {
        start.get().close();
      }
    } catch (IOException e) {
      LOG.debug("it was let go before", e);
    }
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

  private Preparer.Ready prepare(Task task, PhaseTimer timer)
      throws IOException, InterruptedException {
    // First of all: the Engine answers no question about one that waits.
    Optional<Waiting> there = waiting.take(task.id(), task.attempt(), task.spec());
    Optional<PendingStart> start = there.map(Waiting::start);
    try {
      requireAllowed(task);
      MigrationEvents people = people(task);
      long bytes = staging.bytesToFetch(task);
      people.say(Phase.CONVERTED, "the device fetches %d bytes".formatted(bytes));
      staging.fetchFiles(task, bytes, people);
      Preparer.Ready ready =
          there.isPresent() && completed(task, there.get())
              ? new Preparer.Ready(there.get().made(), there.get().start())
              : anew(task);
      start = Optional.of(ready.start());
      timer.ended("create", 0);
      // Where it does not wait yet the Engine is at it while the images come.
      staging.fetchImages(task, bytes, people);
      timer.ended("fetch", bytes);
      staging.verify(task);
      preparer.complete(task, ready.made());
      timer.ended("verify", 0);
      preparer.sync(task, ready.made());
      Optional<String> not = ready.start().await(CREATED);
      if (not.isPresent()) {
        throw new IOException(not.get());
      }
      timer.ended("sync", 0);
      return ready;
    } catch (IOException | RuntimeException | InterruptedException e) {
      letGo(start);
      throw e;
    }
  }

  /** What was rehearsed was looked at then; this record may ask for something else. */
  private void requireAllowed(Task task) throws IOException {
    Conversion conversion = task.conversion();
    List<Refusal> objections =
        policy.objections(conversion.getHost(), task.spec(), conversion.getTreesList());
    if (!objections.isEmpty()) {
      throw new IOException(
          objections.stream().map(Refusal::sentence).collect(Collectors.joining(" ")));
    }
  }

  private Preparer.Ready anew(Task task) throws IOException, InterruptedException {
    Container made = preparer.prepare(task);
    return new Preparer.Ready(made, preparer.begin(task, made));
  }

  /** Whether what waits has all now that was known before; what has not is taken back. */
  private boolean completed(Task task, Waiting there) throws IOException, InterruptedException {
    try {
      preparer.complete(task, there);
      return true;
    } catch (IOException | RuntimeException e) {
      LOG.warn("not all can be put under the container that waits: it is made anew", e);
      letGo(Optional.of(there.start()));
      preparer.takeBack(task);
      return false;
    }
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
