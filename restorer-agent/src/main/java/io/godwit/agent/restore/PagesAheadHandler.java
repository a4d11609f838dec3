package io.godwit.agent.restore;

import io.godwit.agent.state.MigrationId;
import io.godwit.contract.PagesAhead;
import io.godwit.contract.PagesHeld;
import io.godwit.contract.Rehearsal;
import io.godwit.messaging.PoisonException;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Verdict;
import io.godwit.messaging.Wire;
import java.io.IOException;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings memory here that goes ahead of its checkpoint, and says so. Where it cannot be brought,
 * nothing is said, and it comes with the checkpoint.
 */
public final class PagesAheadHandler implements Wire.MessageHandler<PagesAhead> {
  private static final Logger LOG = LoggerFactory.getLogger(PagesAheadHandler.class);

  private final AheadMemory memory;
  private final Decisions decisions;
  private final Publisher publisher;
  private final Clock clock;

  PagesAheadHandler(AheadMemory memory, Decisions decisions, Publisher publisher, Clock clock) {
    this.memory = memory;
    this.decisions = decisions;
    this.publisher = publisher;
    this.clock = clock;
  }

  @Override
  public void handle(String key, PagesAhead pages) throws PoisonException {
    MigrationId id = MigrationId.ofRecord(pages.getMigrationId());
    boolean late = pages.getExpiresAtMs() != 0 && pages.getExpiresAtMs() < clock.millis();
    if (late || !(decisions.beforeAnyAttempt(id) instanceof Verdict.Open)) {
      LOG.info("the memory of round {} is not fetched: nobody waits for it", pages.getRound());
      return;
    }
    long begin = clock.millis();
    try {
      memory.hold(id, pages.getPages());
    } catch (IOException e) {
      LOG.warn("memory does not come ahead; it is fetched with the checkpoint", e);
      return;
    }
    publisher.publish(
        Topic.REHEARSALS,
        pages.getHost(),
        Rehearsal.newBuilder()
            .setMigrationId(id.value())
            .setHost(pages.getHost())
            .setDevice(pages.getDevice())
            .setPagesHeld(
                PagesHeld.newBuilder()
                    .setRound(pages.getRound())
                    .setTookMs(Math.max(0, clock.millis() - begin)))
            .build());
  }
}
