package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;
import io.godwit.checkpointer.preflight.DeviceChecks;
import io.godwit.checkpointer.preflight.RefusedException;
import io.godwit.contract.Preparation;
import io.godwit.contract.Rehearsal;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Rehearsing → Checkpointing: the device tries the container out while it still runs here. */
final class RehearsalStep implements Step {
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
  public Migration run(Migration before) throws Exception {
    Migration migration = before.preparation().isPresent() ? before : sendAhead(before);
    Preparation preparation = migration.preparation().orElseThrow();
    Instant begin = clock.instant();
    publisher.publish(Topic.PREPARATIONS, preparation.getDevice(), preparation);
    migration = memory.first(migration);
    while (true) {
      Optional<Migration> aborted = goOrNot.aborted(migration);
      if (aborted.isPresent()) {
        return aborted.get();
      }
      goOrNot.requireTime(migration);
      Optional<Rehearsal> answer = journal.rehearsal(migration.id());
      if (answer.isPresent()) {
        return answered(migration, answer.get(), begin);
      }
      Duration waited = Duration.between(begin, clock.instant());
      if (waited.compareTo(patience) > 0) {
        throw new RefusedException(
            List.of(
                "Device %s did not answer within %d s whether it can take the container. See the log of its restorer-agent."
                    .formatted(preparation.getDevice(), patience.toSeconds())));
      }
      inbox.await(migration.id(), GLANCE);
    }
  }

  private Migration sendAhead(Migration migration) throws Exception {
    Instant begin = clock.instant();
    AheadSender.Sent sent = sender.send(migration);
    return gate.note(
        migration
            .withPreparation(sent.preparation())
            .withPhase(PhaseName.SEND_AHEAD.time(begin, clock.instant(), sent.bytes())));
  }

  private Migration answered(Migration before, Rehearsal rehearsal, Instant begin)
      throws RefusedException, IOException, InterruptedException {
    return switch (rehearsal.getOutcomeCase()) {
      case REFUSAL -> throw new RefusedException(rehearsal.getRefusal().getReasonsList());
      case TEMPLATE -> {
        List<String> reasons = devices.alive(rehearsal.getDevice());
        if (!reasons.isEmpty()) {
          throw new RefusedException(reasons);
        }
        Migration rehearsed =
            before
                .withTemplate(rehearsal.getTemplate())
                .withPhase(PhaseName.REHEARSAL.time(begin, clock.instant(), 0));
        yield gate.move(
            memory.second(rehearsed),
            State.CHECKPOINTING,
            "device %s has rehearsed; bringing the container to a stand"
                .formatted(rehearsal.getDevice()));
      }
      case PAGES_HELD, OUTCOME_NOT_SET ->
          throw new RefusedException(
              List.of(
                  "Device %s answered in a way that this version does not know. Bring both to one version."
                      .formatted(rehearsal.getDevice())));
    };
  }
}
