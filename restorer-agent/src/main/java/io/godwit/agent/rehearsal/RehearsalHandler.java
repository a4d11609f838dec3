package io.godwit.agent.rehearsal;

import io.godwit.agent.ready.WaitingContainers;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.StateFolder;
import io.godwit.agent.state.Workplace;
import io.godwit.contract.Phase;
import io.godwit.contract.Preparation;
import io.godwit.contract.Rehearsal;
import io.godwit.messaging.EventPublisher;
import io.godwit.messaging.MigrationEvents;
import io.godwit.messaging.PoisonException;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Wire;
import io.godwit.messaging.WireRefusals;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers preparations: with the template, or with every reason why not. The answer is kept beside
 * what was staged, so a record that comes again gets the same one and nothing is done twice;
 * another one, of whatever migration has the same id, is rehearsed from the beginning.
 */
public final class RehearsalHandler implements Wire.MessageHandler<Preparation> {
  private static final Logger LOG = LoggerFactory.getLogger(RehearsalHandler.class);
  private static final String ANSWER = "rehearsal.answer";
  private static final String ANSWERED = "rehearsal.of";

  private final Rehearser rehearser;
  private final WaitingContainers waiting;
  private final Journal journal;
  private final StateFolder state;
  private final Publisher publisher;
  private final EventPublisher events;
  private final Clock clock;

  public RehearsalHandler(
      Rehearser rehearser,
      WaitingContainers waiting,
      Workplace.Desk desk,
      Publisher publisher,
      EventPublisher events,
      Clock clock) {
    this.rehearser = rehearser;
    this.waiting = waiting;
    this.journal = desk.journal();
    this.state = desk.state();
    this.publisher = publisher;
    this.events = events;
    this.clock = clock;
  }

  @Override
  public void handle(String key, Preparation preparation)
      throws PoisonException, IOException, InterruptedException {
    MigrationId id = MigrationId.ofRecord(preparation.getMigrationId());
    Optional<Rehearsal> before = answered(id, preparation);
    if (before.isPresent()) {
      LOG.info("rehearsed before; the answer is said again");
      answer(preparation, before.get());
      return;
    }
    if (preparation.getExpiresAtMs() != 0 && preparation.getExpiresAtMs() < clock.millis()) {
      LOG.info("not rehearsed: nobody waits for it any more");
      return;
    }
    MigrationEvents people =
        events.of(
            id.value(),
            preparation.getHost(),
            preparation.getDevice(),
            preparation.getContainer().getName());
    people.say(Phase.REHEARSING, "the device rehearses: container with the probe in its place");
    long begin = clock.millis();
    Rehearsal.Builder rehearsal = begun(preparation);
    try {
      startAnew(id);
      rehearsal.setTemplate(rehearser.rehearse(id, preparation));
      people.say(Phase.REHEARSING, "rehearsed: checkpoint and restore work on this device");
    } catch (RefusedException e) {
      rehearsal.setRefusal(WireRefusals.answer(e.refusals()));
      people.refuse(
          Phase.REHEARSING,
          "the device cannot take it: " + e.getMessage(),
          List.of(),
          e.refusals());
    }
    people.took("rehearse", Instant.ofEpochMilli(begin));
    rehearsal.setDurationMs(clock.millis() - begin);
    keep(id, preparation, rehearsal.build());
    answer(preparation, rehearsal.build());
  }

  /** Who waits for the answer gets one. */
  @Override
  public void buried(String key, Preparation preparation, Throwable cause) {
    answer(
        preparation,
        begun(preparation)
            .setRefusal(
                WireRefusals.answer(
                    List.of(
                        new Refusal(
                            RefusalKind.REHEARSAL,
                            preparation.getContainer().getName(),
                            "The device cannot handle what it was asked: " + cause))))
            .build());
  }

  private static Rehearsal.Builder begun(Preparation preparation) {
    return Rehearsal.newBuilder()
        .setMigrationId(preparation.getMigrationId())
        .setHost(preparation.getHost())
        .setDevice(preparation.getDevice());
  }

  private Optional<Rehearsal> answered(MigrationId id, Preparation preparation) throws IOException {
    Path answer = state.staging(id).resolve(ANSWER);
    Path of = state.staging(id).resolve(ANSWERED);
    return Files.exists(answer)
            && Files.exists(of)
            && Arrays.equals(Files.readAllBytes(of), asked(preparation))
        ? Optional.of(Rehearsal.parseFrom(Files.readAllBytes(answer)))
        : Optional.empty();
  }

  private void keep(MigrationId id, Preparation preparation, Rehearsal answer) throws IOException {
    DurableFiles.write(state.staging(id).resolve(ANSWERED), asked(preparation));
    DurableFiles.write(state.staging(id).resolve(ANSWER), answer.toByteArray());
  }

  /** How long somebody waits for the answer, and by what right, does not change it. */
  private static byte[] asked(Preparation preparation) {
    return preparation.toBuilder().clearExpiresAtMs().clearGrants().build().toByteArray();
  }

  /** What was staged for another of the same id must not mix with this. */
  private void startAnew(MigrationId id)
      throws IOException, RefusedException, InterruptedException {
    if (journal.restoreOf(id).isPresent()) {
      throw new RefusedException(
          new Refusal(
              RefusalKind.CONTAINER_IN_MIGRATION,
              id.value(),
              "A container of this very migration is being restored on this device.",
              "Ask again when that is over."));
    }
    waiting.end(id);
    if (Files.exists(state.staging(id).resolve(ANSWER))) {
      LOG.warn("another container is rehearsed under the id of an earlier one");
      state.forget(id);
    }
  }

  private void answer(Preparation preparation, Rehearsal rehearsal) {
    publisher.publish(Topic.REHEARSALS, preparation.getHost(), rehearsal);
  }
}
