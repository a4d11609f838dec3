package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Migration;
import io.godwit.messaging.Sleeper;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enters the state that follows on what was done to the source, however long the journal's disk
 * takes nothing. Who went back to what is journaled instead would not know that it was done: that
 * the source has gone on, and its dump is of the past.
 */
final class AtLast {
  private static final Logger LOG = LoggerFactory.getLogger(AtLast.class);
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final Sleeper sleeper;

  AtLast(Sleeper sleeper) {
    this.sleeper = sleeper;
  }

  Migration enter(Supplier<Migration> entering) throws InterruptedException {
    for (boolean said = false; ; said = true) {
      try {
        return entering.get();
      } catch (UncheckedIOException e) {
        if (!said) {
          LOG.error("{}; again every {} s", e.getMessage(), PAUSE.toSeconds(), e);
        }
        // Whoever is to stop writes no more: another may write the same entry by now.
        if (Thread.interrupted()) {
          throw new InterruptedException("stopped while it could not be written");
        }
        sleeper.sleep(PAUSE);
      }
    }
  }
}
