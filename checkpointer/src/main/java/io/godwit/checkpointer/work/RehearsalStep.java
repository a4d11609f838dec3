package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Prepared;
import io.godwit.checkpointer.migration.Standstill;
import io.godwit.checkpointer.preflight.DeviceChecks;
import io.godwit.contract.Preparation;
import io.godwit.contract.Rehearsal;
import io.godwit.contract.Template;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import io.godwit.messaging.WireRefusals;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Rehearsing → Freezing: the device tries the container out while it still runs here. One that
 * would stand still for longer than it may is refused here, untouched.
 */
final class RehearsalStep implements Step<Migration.Rehearsing> {
  private static final Duration GLANCE = Duration.ofSeconds(15);

  private final AheadSender sender;
  private final MemoryAhead memory;
  private final Publisher publisher;
  private final Journal journal;
  private final Inbox inbox;
  private final DeviceChecks devices;
  private final GoOrNot goOrNot;
  private final Gate gate;
  private final Clock clock;
  private final Duration patience;

  RehearsalStep(
      AheadSender sender,
      MemoryAhead memory,
      Publisher publisher,
      Journal journal,
      Inbox inbox,
      DeviceChecks devices,
      GoOrNot goOrNot,
      Gate gate,
      Clock clock,
      Duration patience) {
    this.sender = sender;
    this.memory = memory;
    this.publisher = publisher;
    this.journal = journal;
    this.inbox = inbox;
    this.devices = devices;
    this.goOrNot = goOrNot;
    this.gate = gate;
    this.clock = clock;
    this.patience = patience;
  }

  @Override
  public Migration run(Migration.Rehearsing before) throws Exception {
    Migration.Rehearsing migration = before.preparation().isPresent() ? before : sendAhead(before);
    Preparation preparation = migration.preparation().orElseThrow();
    Instant begin = clock.instant();
    publisher.publish(Topic.PREPARATIONS, preparation.getDevice(), preparation);
    MemoryAhead.Gone gone = memory.first(migration);
    migration = gone.migration();
    while (true) {
      Optional<Migration> aborted = goOrNot.aborted(migration);
      if (aborted.isPresent()) {
        return aborted.get();
      }
      goOrNot.requireTime(migration.expiresAt());
      Optional<Rehearsal> answer = journal.rehearsal(migration.id());
      if (answer.isPresent()) {
        return answered(gone, preparation, answer.get(), begin);
      }
      Duration waited = Duration.between(begin, clock.instant());
      if (waited.compareTo(patience) > 0) {
        throw new RefusedException(
            new Refusal(
                RefusalKind.DEVICE_SILENT,
                preparation.getDevice(),
                "Device %s did not answer within %d s whether it can take the container."
                    .formatted(preparation.getDevice(), patience.toSeconds()),
                "See the log of its restorer-agent."));
      }
      inbox.await(migration.id(), GLANCE);
    }
  }

  private Migration.Rehearsing sendAhead(Migration.Rehearsing migration) throws Exception {
    Instant begin = clock.instant();
    AheadSender.Sent sent = sender.send(migration);
    return gate.note(
        new Migration.Rehearsing(
            migration
                .order()
                .withPhase(PhaseName.SEND_AHEAD.time(begin, clock.instant(), sent.bytes())),
            migration.expiresAt(),
            migration.source(),
            Optional.of(sent.preparation())));
  }

  private Migration answered(
      MemoryAhead.Gone first, Preparation preparation, Rehearsal rehearsal, Instant begin)
      throws RefusedException, IOException, InterruptedException {
    return switch (rehearsal.getOutcomeCase()) {
      case REFUSAL ->
          throw new RefusedException(
              WireRefusals.in(rehearsal.getRefusal(), rehearsal.getDevice()));
      case TEMPLATE -> {
        List<Refusal> refusals = devices.alive(rehearsal.getDevice());
        if (!refusals.isEmpty()) {
          throw new RefusedException(refusals);
        }
        Migration.Rehearsing before = first.migration();
        MemoryAhead.Gone gone =
            memory.further(
                first,
                before.with(
                    before.order().withPhase(PhaseName.REHEARSAL.time(begin, clock.instant(), 0))));
        Migration.Rehearsing rehearsed = gone.migration();
        Template template = rehearsal.getTemplate();
        Forecast forecast =
            Forecast.of(
                gone.rounds(),
                Duration.between(gone.readAt(), clock.instant()),
                Duration.ofMillis(template.getRestoreMs()));
        requireBudget(rehearsed, forecast);
        if (forecast.rounds().outruns()) {
          gate.tell(rehearsed, forecast.words());
        }
        yield gate.enter(
            rehearsed,
            new Migration.Freezing(
                rehearsed.order(),
                new Prepared(
                    rehearsed.expiresAt(),
                    rehearsed.source(),
                    preparation,
                    template,
                    forecast.time().toMillis()),
                Standstill.untouched(1)),
            "device %s has rehearsed; bringing the container to a stand, for about %d ms"
                .formatted(rehearsal.getDevice(), forecast.time().toMillis()));
      }
      case PAGES_HELD, OUTCOME_NOT_SET ->
          throw new RefusedException(
              new Refusal(
                  RefusalKind.DEVICE_VERSION,
                  rehearsal.getDevice(),
                  "Device %s answered in a way that this version does not know."
                      .formatted(rehearsal.getDevice()),
                  "Bring both to one version."));
    };
  }

  private static void requireBudget(Migration migration, Forecast forecast)
      throws RefusedException {
    Duration budget = migration.order().freezeBudget();
    if (forecast.time().compareTo(budget) > 0) {
      throw new RefusedException(
          new Refusal(
              RefusalKind.FREEZE_BUDGET,
              migration.request().getContainer(),
              "%s It may for %d ms.".formatted(forecast.words(), budget.toMillis()),
              "Ask with a larger freeze budget (--freeze-budget), or when it writes less."));
    }
  }
}
