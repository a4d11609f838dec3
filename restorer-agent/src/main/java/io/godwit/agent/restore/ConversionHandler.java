package io.godwit.agent.restore;

import io.godwit.agent.state.Journal;
import io.godwit.contract.Conversion;
import io.godwit.messaging.PoisonException;
import io.godwit.messaging.Verdict;
import io.godwit.messaging.Wire;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Restores each conversion once, however often its record comes. */
public final class ConversionHandler implements Wire.MessageHandler<Conversion> {
  private static final Logger LOG = LoggerFactory.getLogger(ConversionHandler.class);

  private final Restorer restorer;
  private final Recovery recovery;
  private final Decisions decisions;
  private final Journal journal;
  private final Clock clock;

  ConversionHandler(
      Restorer restorer, Recovery recovery, Decisions decisions, Journal journal, Clock clock) {
    this.restorer = restorer;
    this.recovery = recovery;
    this.decisions = decisions;
    this.journal = journal;
    this.clock = clock;
  }

  @Override
  public void handle(String key, Conversion conversion)
      throws PoisonException, IOException, InterruptedException {
    Task task = Task.of(conversion);
    Verdict verdict = decisions.verdict(task.id());
    Optional<Journal.Entry> begun = journal.restoreOf(task.id());
    if (!(verdict instanceof Verdict.Open)) {
      LOG.info("nothing to restore: {}", verdict.getClass().getSimpleName());
      if (begun.isPresent()) {
        recovery.resume(begun.get());
      }
      return;
    }
    if (conversion.getExpiresAtMs() != 0 && conversion.getExpiresAtMs() < clock.millis()) {
      LOG.info("not restored: its deadline has passed, and the source takes it back");
      if (begun.isPresent()) {
        restorer.forget(begun.get());
      }
      return;
    }
    restorer.restore(task);
  }
}
