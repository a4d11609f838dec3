package io.godwit.agent.restore;

import io.godwit.agent.rehearsal.Rehearsing;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.StateFolder;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.MigrationLog;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up what an earlier run of the agent left: the journal says where to look, the decision log
 * what is decided, the Engine what really runs.
 */
public final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
  private static final Duration PAUSE = Duration.ofSeconds(2);

  /** What was staged for a rehearsal that led to nothing goes after this time. */
  private static final Duration KEPT = Duration.ofHours(24);

  private final Journal journal;
  private final StateFolder state;
  private final Decisions decisions;
  private final Restorer restorer;
  private final Rehearsing rehearsing;
  private final Clock clock;
  private final Sleeper sleeper;

  Recovery(
      Journal journal,
      StateFolder state,
      Decisions decisions,
      Restorer restorer,
      Rehearsing rehearsing,
      Clock clock,
      Sleeper sleeper) {
    this.journal = journal;
    this.state = state;
    this.decisions = decisions;
    this.restorer = restorer;
    this.rehearsing = rehearsing;
    this.clock = clock;
    this.sleeper = sleeper;
  }

  /**
   * Takes up every entry of the journal, however long the Engine or the broker do not answer:
   * nothing new may begin before.
   */
  public void run() throws IOException, InterruptedException {
    for (Journal.Entry entry : journal.all()) {
      try (var _ = MigrationLog.of(entry.id().value())) {
        LOG.info("the journal says {} for {}", entry.step(), entry.container());
        while (!resumed(entry)) {
          sleeper.sleep(PAUSE);
        }
      }
    }
  }

  /** Goes on from an entry of the journal as the log says. */
  void resume(Journal.Entry entry) throws IOException, InterruptedException {
    if (entry.step() == Journal.Step.REHEARSING) {
      rehearsing.tidyUp(entry.id());
      journal.remove(entry);
      return;
    }
    Verdict verdict = decisions.verdict(entry.id());
    switch (verdict) {
      case Verdict.Open _ -> restorer.undo(entry);
      case Verdict.Claimed _ when decisions.isOurs(verdict) -> restorer.tellWhatRuns(entry);
      case Verdict.Succeeded success when decisions.isOurs(success) -> {
        Optional<Task> kept = restorer.kept(entry);
        if (kept.isPresent()) {
          restorer.finish(kept.get(), entry);
        } else {
          journal.remove(entry);
        }
      }
      case Verdict.Claimed _,
          Verdict.Succeeded _,
          Verdict.Failed _,
          Verdict.Aborted _,
          Verdict.Resolved _ ->
          restorer.forget(entry);
    }
  }

  /** Removes what was staged for migrations that are over or came to nothing. */
  public void sweep() throws IOException {
    Set<MigrationId> busy =
        journal.all().stream().map(Journal.Entry::id).collect(Collectors.toSet());
    Instant old = clock.instant().minus(KEPT);
    for (MigrationId id : state.staged()) {
      if (busy.contains(id)) {
        continue;
      }
      boolean over = !(decisions.verdict(id) instanceof Verdict.Open);
      Instant touched = Files.getLastModifiedTime(state.staging(id)).toInstant();
      if (over || touched.isBefore(old)) {
        state.forget(id);
      }
    }
  }

  private boolean resumed(Journal.Entry entry) throws InterruptedException {
    try {
      resume(entry);
      return true;
    } catch (IOException | MessagingException e) {
      LOG.warn("not settled yet; again in {} s", PAUSE.toSeconds(), e);
      return false;
    }
  }
}
