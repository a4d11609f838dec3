package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Standstill;
import io.godwit.contract.Decision;
import io.godwit.contract.Resolved.RanOn;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SourceDown: the source is restored from its own checkpoint, again and again with growing pauses,
 * until it runs or the operator has taken it over. Nothing is deleted before.
 */
final class SourceDownStep implements Step<Migration.SourceDown> {
  private static final Logger LOG = LoggerFactory.getLogger(SourceDownStep.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  private final SourceUndo undo;
  private final DecisionLog log;
  private final Gate gate;
  private final Sleeper sleeper;

  SourceDownStep(SourceUndo undo, DecisionLog log, Gate gate, Sleeper sleeper) {
    this.undo = undo;
    this.log = log;
    this.gate = gate;
    this.sleeper = sleeper;
  }

  @Override
  public Migration run(Migration.SourceDown migration) throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    while (true) {
      Optional<String> taken = takenOver(migration);
      if (taken.isPresent()) {
        return gate.settle(migration, taken.get());
      }
      try {
        switch (undo.run(migration, migration.source())) {
          case SourceUndo.Undone.Runs runs -> {
            return gate.enter(
                migration,
                new Migration.RolledBack(
                    migration.order(),
                    migration.source().standstill().freeze().map(Standstill.Freeze::at)),
                runs.how());
          }
          case SourceUndo.Undone.NotHere nothing -> {
            return gate.settle(migration, "THE SOURCE DOES NOT RUN AS IT DID: " + nothing.why());
          }
          case SourceUndo.Undone.Down down -> LOG.error("{}", down.why());
        }
      } catch (IOException e) {
        LOG.warn("the source is not as it was yet; again in {} s", pause.toSeconds(), e);
      }
      sleeper.sleep(pause);
      pause = pause.multipliedBy(2);
      pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }
  }

  /** Whether it is here at all because an operator, asked in a doubt, has said so. */
  private static boolean isByOperator(Migration.SourceDown migration, List<Decision> decisions) {
    Verdict verdict =
        migration
            .source()
            .stored()
            .map(stored -> Verdict.of(decisions, stored.getAttempt()))
            .orElseGet(() -> Verdict.beforeAnyAttempt(decisions));
    return verdict instanceof Verdict.Resolved;
  }

  /** By an operator who has seen to it by hand. */
  private Optional<String> takenOver(Migration.SourceDown migration) {
    try {
      List<Decision> decisions = log.read(migration.id());
      return decisions.stream()
          .filter(decision -> decision.getResolved().getRanOn() == RanOn.HOST)
          // A record that was written twice is one word.
          .distinct()
          // That it is to run here is no word that it does.
          .skip(isByOperator(migration, decisions) ? 1 : 0)
          .map(decision ->
              GoOrNot.words(
                  new Verdict.Resolved(
                      RanOn.HOST,
                      decision.getResolved().getBy(),
                      decision.getResolved().getReason())))
          .findFirst();
    } catch (MessagingException e) {
      LOG.info("whether the operator has resolved it is not known: {}", e.getMessage());
      return Optional.empty();
    }
  }
}
