package io.godwit.checkpointer.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.freeze.CheckpointFolder;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.MigrationObserver;
import io.godwit.checkpointer.migration.Source;
import io.godwit.checkpointer.pages.Convergence;
import io.godwit.checkpointer.pages.Precopy;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.testing.FakeHost;
import io.godwit.checkpointer.testing.FolderBlobs;
import io.godwit.checkpointer.testing.MemoryLog;
import io.godwit.checkpointer.testing.MemoryPublisher;
import io.godwit.checkpointer.testing.Scribbler;
import io.godwit.contract.PagesAhead;
import io.godwit.contract.PagesHeld;
import io.godwit.contract.PhaseTime;
import io.godwit.isa.Isa;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Topic;
import io.godwit.service.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The memory of a real process goes ahead to a device that says what it is told. */
final class MemoryAheadTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir private Path folder;
  private final Clock clock = Clock.systemUTC();
  private final MemoryPublisher publisher = new MemoryPublisher();
  private final Inbox inbox = new Inbox(Threads.SYSTEM);
  private Scribbler process;
  private Path stored;
  private Journal journal;
  private Migration.Pending accepted;

  @BeforeEach
  void start() throws IOException {
    process = new Scribbler(folder.resolve("proc"));
    stored = folder.resolve("blobs");
    journal = new Journal(folder.resolve("journal"));
    accepted = Migration.accepted(FakeHost.request().build(), clock.instant());
    journal.accept(accepted);
  }

  @AfterEach
  void end() throws InterruptedException {
    process.close();
  }

  /** Something that happens when a round has come to the device. */
  @FunctionalInterface
  private interface Happening {
    void happen(int round) throws IOException;
  }

  /** The device takes a second for every megabyte, so that a few pages are worth a round. */
  private void device(Happening happening) {
    IntConsumer then =
        round -> {
          try {
            happening.happen(round);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    publisher.listen(record -> {
      int round = ((PagesAhead) record.value()).getRound();
      then.accept(round);
      inbox.held(
          accepted.id(),
          PagesHeld.newBuilder().setRound(round).setTookMs(round == 1 ? 10_000 : 1000).build());
    });
  }

  private MemoryAhead.Gone gone(Duration deadline) throws IOException, InterruptedException {
    Gate gate = new Gate(journal, clock, new Unheard());
    MemoryAhead memory =
        new MemoryAhead(
            new Precopy(
                new ProcFs(process.proc()),
                process.proc(),
                new FolderBlobs(stored),
                Scribbler.PAGE),
            publisher,
            journal,
            inbox,
            gate,
            (_, _, _) -> _ -> {},
            new GoOrNot(new MemoryLog(Sleeper.SYSTEM), gate, clock),
            clock);
    Migration.Rehearsing rehearsing =
        new Migration.Rehearsing(
            accepted.order(),
            clock.instant().plus(deadline),
            new Source(Scribbler.CONTAINER, Isa.X86_64, Isa.X86_64, List.of()),
            Optional.empty());
    MemoryAhead.Gone first = memory.first(rehearsing);
    return memory.further(first, first.migration());
  }

  private Path ahead() throws IOException {
    return CheckpointFolder.ahead(journal.workFolder(accepted.id()));
  }

  private List<PagesAhead> published() {
    return publisher.on(Topic.PAGES, PagesAhead.class);
  }

  @Test
  void roundsGoOnWhileTheyShrink() throws Exception {
    device(round -> process.order("turn", round == 1 ? 400 : 150));
    MemoryAhead.Gone gone = gone(HOUR);

    // All; 400 pages; 150; 150 again, which is no less.
    assertEquals(4, published().size());
    assertEquals(List.of(1, 2, 3, 4), published().stream().map(PagesAhead::getRound).toList());
    assertEquals(4, gone.rounds().rounds().size());
    long again =
        gone.rounds().rounds().stream()
            .filter(round -> !round.all())
            .mapToLong(Convergence.Round::bytes)
            .sum();
    List<PhaseTime> phases = gone.migration().order().phases();
    assertEquals(
        List.of(PhaseName.MEMORY_AHEAD.label(), PhaseName.MEMORY_AGAIN.label()),
        phases.stream().map(PhaseTime::getPhase).toList());
    assertEquals(again, phases.getLast().getBytes());
  }

  @Test
  void containerThatHasGrownIsSentAnew() throws Exception {
    device(round -> {
      if (round == 1) {
        process.order("map", 4 * Scribbler.PAGES);
      }
    });
    MemoryAhead.Gone gone = gone(HOUR);

    assertTrue(gone.rounds().rounds().get(2).all(), gone::toString);
    assertTrue(
        gone.rounds().left(HOUR) < Scribbler.PAGES * Scribbler.PAGE / 2,
        () -> gone.rounds().toString());
  }

  @Test
  void deviceThatDoesNotSayThatItHasThemIsTakenToHaveNone() throws Exception {
    MemoryAhead.Gone gone = gone(Duration.ofMillis(600));

    assertEquals(1, published().size());
    assertEquals(gone.rounds().known(), gone.rounds().left(Duration.ZERO));
    assertTrue(Files.exists(ahead()));
  }

  @Test
  void storeThatFailsLeavesAllOfItToTheCheckpoint() throws Exception {
    device(round -> {
      process.order("turn", 400);
      Files.move(stored, folder.resolve("lost"));
      Files.createFile(stored);
    });
    MemoryAhead.Gone gone = gone(HOUR);

    assertEquals(1, published().size());
    assertEquals(gone.rounds().known(), gone.rounds().left(Duration.ZERO));
    assertFalse(Files.exists(ahead()));
  }

  /** Events are for people, and nobody looks. */
  private record Unheard() implements MigrationObserver {
    @Override
    public void entered(Migration migration, String message) {
      // Looked up in what is given.
    }

    @Override
    public void settled(Migration migration, String message) {
      // Looked up in what is given.
    }
  }
}
