package io.godwit.checkpointer.work;

import io.godwit.checkpointer.freeze.CheckpointFolder;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.pages.Convergence;
import io.godwit.checkpointer.pages.Precopy;
import io.godwit.contract.PagesAhead;
import io.godwit.contract.PagesHeld;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory goes ahead, in rounds: all of it while the device rehearses, then what was written since,
 * for as long as that pays. Nothing depends on it. Where it does not work, or the device does not
 * say in time that it has the pages, they come with the checkpoint as ever.
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

  /**
   * What has gone ahead.
   *
   * @param rounds that the device has said it has
   * @param underWay the round that the device has not yet said it has
   * @param readAt when the last round was read, or was about to be
   */
  record Gone(
      Migration.Rehearsing migration,
      Convergence rounds,
      Optional<Convergence.Round> underWay,
      Instant readAt) {
    private Gone with(Migration.Rehearsing newer) {
      return new Gone(newer, rounds, underWay, readAt);
    }

    /** What is with the device now is of no use, and all of it will have to be sent. */
    private Gone inVain() {
      List<Convergence.Round> all =
          Stream.concat(rounds.rounds().stream(), underWay.stream())
              .filter(Convergence.Round::all)
              .toList();
      return new Gone(migration, new Convergence(all), Optional.empty(), readAt);
    }
  }

  /** Sends all memory; does not wait for the device. */
  Gone first(Migration.Rehearsing migration) throws IOException {
    Instant begin = clock.instant();
    Gone none = new Gone(migration, new Convergence(List.of()), Optional.empty(), begin);
    Gone gone = send(none, Convergence.Next.ALL);
    return noted(gone, PhaseName.MEMORY_AHEAD, begin, sent(gone));
  }

  /**
   * Sends what was written since, as often as that pays; waits for the device each time.
   *
   * @param first what {@link #first} gave
   * @param migration as it is by now
   */
  Gone further(Gone first, Migration.Rehearsing migration)
      throws IOException, InterruptedException {
    Duration limit = goOrNot.timeLeft(migration.expiresAt()).dividedBy(2);
    Instant begin = clock.instant();
    long sent = 0;
    Gone gone = first.with(migration);
    if (sent(gone) == 0) {
      return gone;
    }
    while (gone.underWay().isPresent()) {
      Optional<PagesHeld> held = held(gone);
      if (held.isEmpty()) {
        return gone.inVain();
      }
      gone = arrived(gone, held.get());
      Duration left = limit.minus(Duration.between(begin, clock.instant()));
      Convergence.Next next = gone.rounds().next(left);
      if (next == Convergence.Next.ENOUGH || goOrNot.whyAborted(migration.id()).isPresent()) {
        return gone;
      }
      gone = send(gone, next);
      sent += sent(gone);
      gone = noted(gone, PhaseName.MEMORY_AGAIN, begin, sent);
    }
    return gone;
  }

  private static long sent(Gone gone) {
    return gone.underWay().map(Convergence.Round::bytes).orElse(0L);
  }

  private Gone noted(Gone gone, PhaseName phase, Instant begin, long bytes) {
    if (gone.underWay().isEmpty()) {
      return gone;
    }
    Migration.Rehearsing migration = gone.migration();
    return gone.with(
        gate.note(
            migration.with(
                migration.order().withPhase(phase.time(begin, clock.instant(), bytes)))));
  }

  /** Sends a round; there is none under way where that failed. */
  private Gone send(Gone before, Convergence.Next next) throws IOException {
    Migration.Rehearsing migration = before.migration();
    Path folder = CheckpointFolder.ahead(journal.workFolder(migration.id()));
    String container = migration.source().containerId();
    boolean all = next == Convergence.Next.ALL;
    Instant begin = clock.instant();
    try {
      Precopy.Round round =
          all
              ? precopy.first(container, folder, progress.of(migration, "its memory goes ahead", 0))
              : precopy.next(container, folder);
      publisher.publish(
          Topic.PAGES,
          migration.request().getDevice(),
          PagesAhead.newBuilder()
              .setMigrationId(migration.id())
              .setHost(migration.request().getHost())
              .setDevice(migration.request().getDevice())
              .setPages(round.manifest())
              .setRound(number(before))
              .setExpiresAtMs(migration.expiresAt().toEpochMilli())
              .build());
      Convergence.Round sent =
          new Convergence.Round(
              all,
              round.bytes(),
              round.absent(),
              Duration.between(before.readAt(), begin),
              Duration.between(begin, clock.instant()));
      return new Gone(migration, before.rounds(), Optional.of(sent), begin);
    } catch (IOException | MessagingException e) {
      LOG.warn("memory does not go ahead; it comes with the checkpoint", e);
      DurableFiles.deleteFolder(folder);
      return before.inVain();
    }
  }

  /** Counted from 1. */
  private static int number(Gone before) {
    return before.rounds().rounds().size() + 1;
  }

  private static Gone arrived(Gone gone, PagesHeld held) {
    Convergence.Round round = gone.underWay().orElseThrow();
    Duration took = round.took().plusMillis(held.getTookMs());
    return new Gone(
        gone.migration(),
        gone.rounds()
            .with(
                new Convergence.Round(
                    round.all(), round.bytes(), round.absent(), round.since(), took)),
        Optional.empty(),
        gone.readAt());
  }

  /** Waits until the device has the round that is under way; not for ever. */
  private Optional<PagesHeld> held(Gone gone) throws InterruptedException {
    Migration.Rehearsing migration = gone.migration();
    Duration patience = SHORTEST_WAIT.plusSeconds(sent(gone) / SLOWEST_BYTES_PER_SECOND);
    Duration half = goOrNot.timeLeft(migration.expiresAt()).dividedBy(2);
    Instant end = clock.instant().plus(half.compareTo(patience) < 0 ? half : patience);
    while (true) {
      PagesHeld held = inbox.held(migration.id());
      if (held.getRound() >= number(gone)) {
        return Optional.of(held);
      }
      Duration left = Duration.between(clock.instant(), end);
      if (!left.isPositive()) {
        LOG.info("the device does not say that it has the memory that went ahead");
        return Optional.empty();
      }
      inbox.await(migration.id(), left);
    }
  }
}
