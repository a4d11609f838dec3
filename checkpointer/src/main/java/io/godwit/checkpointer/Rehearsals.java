package io.godwit.checkpointer;

import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.work.Inbox;
import io.godwit.contract.Rehearsal;
import io.godwit.messaging.Wire;
import io.godwit.messaging.WireRefusals;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the devices' answers: journaled first, then the migration that waits is woken. */
public final class Rehearsals implements Wire.MessageHandler<Rehearsal> {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsals.class);

  private final Journal journal;
  private final Inbox inbox;

  public Rehearsals(Journal journal, Inbox inbox) {
    this.journal = journal;
    this.inbox = inbox;
  }

  @Override
  public void handle(String key, Rehearsal rehearsal) throws IOException {
    String id = rehearsal.getMigrationId();
    Optional<Migration> waiting = journal.find(id).filter(migration -> !migration.settled());
    if (waiting.isEmpty()) {
      LOG.info("a rehearsal of migration '{}' came, which is at an end or unknown here", id);
      return;
    }
    String asked = waiting.get().request().getDevice();
    if (!asked.equals(rehearsal.getDevice())) {
      LOG.warn("{} answered for {}, which was asked", rehearsal.getDevice(), asked);
      return;
    }
    if (rehearsal.hasPagesHeld()) {
      inbox.held(id, rehearsal.getPagesHeld());
      return;
    }
    journal.keepRehearsal(rehearsal);
    inbox.wake(id);
  }

  /** Nobody waits for an answer that cannot be taken. */
  @Override
  public void buried(String key, Rehearsal rehearsal, Throwable cause) throws IOException {
    if (rehearsal.hasPagesHeld() || journal.rehearsal(rehearsal.getMigrationId()).isPresent()) {
      return;
    }
    Refusal refusal =
        new Refusal(
            RefusalKind.REHEARSAL,
            rehearsal.getDevice(),
            "The answer of device %s is not taken: %s."
                .formatted(rehearsal.getDevice(), cause.getMessage()));
    handle(key, rehearsal.toBuilder().setRefusal(WireRefusals.answer(List.of(refusal))).build());
  }
}
