package io.godwit.agent.restore;

import io.godwit.agent.ready.WaitingContainers;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.Journal.Entry;
import io.godwit.agent.state.Journal.Step;
import io.godwit.agent.state.MigrationId;
import io.godwit.contract.Attempt;
import io.godwit.contract.Conversion;
import io.godwit.contract.Phase;
import io.godwit.contract.Resolved.RanOn;
import io.godwit.messaging.PoisonException;
import io.godwit.messaging.Verdict;
import io.godwit.messaging.Wire;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Restores each conversion once, however often its record comes. */
public final class ConversionHandler implements Wire.MessageHandler<Conversion> {
  private static final Logger LOG = LoggerFactory.getLogger(ConversionHandler.class);

  private final WaitingContainers waiting;
  private final Restorer restorer;
  private final Settlement settlement;
  private final Tidying tidying;
  private final Recovery recovery;
  private final Decisions decisions;
  private final Journal journal;

  ConversionHandler(
      WaitingContainers waiting,
      Restorer restorer,
      Settlement settlement,
      Tidying tidying,
      Recovery recovery,
      Decisions decisions,
      Journal journal) {
    this.waiting = waiting;
    this.restorer = restorer;
    this.settlement = settlement;
    this.tidying = tidying;
    this.recovery = recovery;
    this.decisions = decisions;
    this.journal = journal;
  }

  @Override
  public void handle(String key, Conversion conversion)
      throws PoisonException, IOException, InterruptedException {
    Task task = Task.of(conversion);
    if (!decisions.isOurs(task.attempt())) {
      LOG.warn(
          "not touched: it was rehearsed by {}, another machine that has this one's name",
          task.attempt().getDeviceInstance());
      return;
    }
    Optional<Entry> begun = journal.restoreOf(task.id());
    if (begun.isPresent()) {
      // This very attempt, before the record came again; or an earlier one, which has to end first.
      recovery.resume(begun.get());
    }
    Decisions.Standing standing = decisions.standing(task.id(), task.attempt());
    Entry entry = Entry.restore(task.id(), Step.PREPARED, task.name(), task.attempt());
    if (!(standing.verdict() instanceof Verdict.Open)) {
      waiting.end(task.id());
    }
    switch (standing.verdict()) {
      case Verdict.Open _ -> begin(task, entry, standing);
      case Verdict.Claimed _ -> {
        LOG.warn("this machine has claimed it, and has no note of that: it tells what runs");
        settlement.tellWhatRuns(entry);
      }
      case Verdict.Succeeded _ -> LOG.info("nothing to restore: it was restored before");
      case Verdict.Resolved resolved when resolved.ranOn() != RanOn.HOST ->
          LOG.info("nothing to restore: {}", Decisions.words(resolved));
      case Verdict.Failed _, Verdict.Aborted _, Verdict.Resolved _ -> {
        LOG.info("not to be restored: {}", Decisions.words(standing.verdict()));
        tidying.forget(entry);
      }
    }
  }

  private void begin(Task task, Entry entry, Decisions.Standing standing)
      throws IOException, InterruptedException {
    Optional<String> not =
        standing.isForgotten()
            ? Optional.of(
                "the decision log does not reach back to where this attempt began, so nobody can tell what was decided.")
            : restorer.late(task.conversion());
    if (not.isPresent()) {
      settlement.people(entry, Optional.of(task)).say(Phase.CONVERTED, "not claimed: " + not.get());
      return;
    }
    restorer.restore(task);
  }

  /** Nobody is left waiting for what cannot be: the failure is told, where that is still open. */
  @Override
  public void buried(String key, Conversion conversion, Throwable cause)
      throws IOException, InterruptedException {
    Optional<MigrationId> id = MigrationId.of(conversion.getMigrationId());
    Attempt attempt = conversion.getAttempt();
    if (id.isEmpty() || !decisions.isOurs(attempt)) {
      LOG.warn("nothing can be told of it: it is of no attempt that this machine may claim");
      return;
    }
    String name = conversion.getOptions().getName();
    Entry entry =
        journal
            .restoreOf(id.get())
            .filter(begun -> begun.attempt().equals(attempt))
            .orElse(
                Entry.restore(
                    id.get(),
                    Step.PREPARED,
                    name.isEmpty() ? conversion.getContainer().getName() : name,
                    attempt));
    waiting.end(id.get());
    Decisions.Standing standing = decisions.standing(id.get(), attempt);
    switch (standing.verdict()) {
      case Verdict.Open _ when !standing.isForgotten() -> restorer.giveUp(entry, cause);
      case Verdict.Claimed _ -> settlement.tellWhatRuns(entry);
      case Verdict.Open _,
          Verdict.Succeeded _,
          Verdict.Failed _,
          Verdict.Aborted _,
          Verdict.Resolved _ ->
          LOG.info("nobody waits for it");
    }
  }
}
