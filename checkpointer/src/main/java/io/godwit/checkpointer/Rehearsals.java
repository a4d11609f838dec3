package io.godwit.checkpointer;

import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.work.Inbox;
import io.godwit.contract.Rehearsal;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the devices' answers: journaled first, then the migration that waits is woken. */
public final class Rehearsals {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsals.class);

  private final Journal journal;
  private final Inbox inbox;

  public Rehearsals(Journal journal, Inbox inbox) {
    this.journal = journal;
    this.inbox = inbox;
  }

  public void handle(String key, Rehearsal rehearsal) throws IOException {
    String id = rehearsal.getMigrationId();
    if (journal.find(id).filter(migration -> !migration.settled()).isEmpty()) {
      LOG.info("a rehearsal of migration '{}' came, which is at an end or unknown here", id);
      return;
    }
    if (rehearsal.hasPagesHeld()) {
      inbox.held(id, rehearsal.getPagesHeld());
      return;
    }
    journal.keepRehearsal(rehearsal);
    inbox.wake(id);
  }
}
