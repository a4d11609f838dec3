package io.godwit.checkpointer.work;

import io.godwit.checkpointer.freeze.CheckpointFolder;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.pages.Precopy;
import io.godwit.contract.PagesAhead;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import io.godwit.pages.AheadFolder;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory goes ahead, in two rounds: all of it while the device rehearses, and what was written
 * since right before the freeze. Nothing depends on it. Where it does not work, or the device does
 * not say in time that it has the pages, they come with the checkpoint as ever.
 */
final class MemoryAhead {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryAhead.class);
  private static final Duration SHORTEST_WAIT = Duration.ofSeconds(10);
  private static final long SLOWEST_BYTES_PER_SECOND = 4 << 20;

  private final Precopy precopy;
  private final Publisher publisher;
  private final Journal journal;
  private final Inbox inbox;
  private final Gate gate;
  private final Progress progress;
  private final GoOrNot goOrNot;
  private final Clock clock;

  MemoryAhead(
      Precopy precopy,
      Publisher publisher,
      Journal journal,
      Inbox inbox,
      Gate gate,
      Progress progress,
      GoOrNot goOrNot,
      Clock clock) {
    this.precopy = precopy;
    this.publisher = publisher;
    this.journal = journal;
    this.inbox = inbox;
    this.gate = gate;
    this.progress = progress;
    this.goOrNot = goOrNot;
    this.clock = clock;
  }

  /** A round, at its end. */
  @FunctionalInterface
  private interface Sending {
    Precopy.Round send(Path folder) throws IOException;
  }

  /** Sends all memory; does not wait for the device. */
  Migration.Rehearsing first(Migration.Rehearsing migration)
      throws IOException, InterruptedException {
    String container = migration.source().containerId();
    return round(
        migration,
        1,
        PhaseName.MEMORY_AHEAD,
        folder ->
            precopy.first(container, folder, progress.of(migration, "its memory goes ahead", 0)));
  }

  /** Sends what was written since, when the device has the first round; waits for the device. */
  Migration.Rehearsing second(Migration.Rehearsing before)
      throws IOException, InterruptedException {
    Path folder = CheckpointFolder.ahead(journal.workFolder(before.id()));
    long bytes = AheadFolder.manifest(folder).map(io.godwit.blob.Manifests::bytes).orElse(0L);
    if (bytes == 0 || !held(before, 1, bytes)) {
      return before;
    }
    String container = before.source().containerId();
    long[] sent = {0};
    Migration.Rehearsing after =
        round(
            before,
            2,
            PhaseName.MEMORY_AGAIN,
            there -> {
              Precopy.Round round = precopy.next(container, there);
              sent[0] = round.bytes();
              return round;
            });
    held(after, 2, sent[0]);
    return after;
  }

  private Migration.Rehearsing round(
      Migration.Rehearsing migration, int number, PhaseName phase, Sending sending)
      throws IOException {
    Path folder = CheckpointFolder.ahead(journal.workFolder(migration.id()));
    Instant begin = clock.instant();
    try {
      Precopy.Round round = sending.send(folder);
      publisher.publish(
          Topic.PAGES,
          migration.request().getDevice(),
          PagesAhead.newBuilder()
              .setMigrationId(migration.id())
              .setHost(migration.request().getHost())
              .setDevice(migration.request().getDevice())
              .setPages(round.manifest())
              .setRound(number)
              .setExpiresAtMs(migration.expiresAt().toEpochMilli())
              .build());
      return gate.note(
          migration.with(
              migration.order().withPhase(phase.time(begin, clock.instant(), round.bytes()))));
    } catch (IOException | MessagingException e) {
      LOG.warn("memory does not go ahead; it comes with the checkpoint", e);
      DurableFiles.deleteFolder(folder);
      return migration;
    }
  }

  /** Waits until the device has a round; not for ever. */
  private boolean held(Migration.Rehearsing migration, int round, long bytes)
      throws InterruptedException {
    Duration patience = SHORTEST_WAIT.plusSeconds(bytes / SLOWEST_BYTES_PER_SECOND);
    Duration half = goOrNot.timeLeft(migration.expiresAt()).dividedBy(2);
    Instant end = clock.instant().plus(half.compareTo(patience) < 0 ? half : patience);
    while (inbox.heldRound(migration.id()) < round) {
      Duration left = Duration.between(clock.instant(), end);
      if (!left.isPositive()) {
        LOG.info("the device does not say that it has the memory that went ahead");
        return false;
      }
      inbox.await(migration.id(), left);
    }
    return true;
  }
}
