package io.godwit.agent.restore;

import io.godwit.agent.container.Containers;
import io.godwit.agent.ready.WaitingContainers;
import io.godwit.agent.rehearsal.Rehearsing;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.Journal.Entry;
import io.godwit.agent.state.Journal.Step;
import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.StateFolder;
import io.godwit.agent.state.Workplace;
import io.godwit.contract.Attempt;
import io.godwit.contract.Resolved.RanOn;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.MigrationLog;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up what an earlier run of the agent left: the journal says where to look, the decision log
 * what is decided, the Engine what really runs. Where the journal is lost, containers' labels and
 * what is staged say where to look.
 */
public final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
  private static final Duration PAUSE = Duration.ofSeconds(2);

  /** What is decided and only to be tidied up keeps nobody waiting longer than these tries. */
  private static final int TRIES = 5;

  /** What was staged for a rehearsal that led to nothing goes after this time. */
  private static final Duration KEPT = Duration.ofHours(24);

  private final Journal journal;
  private final StateFolder state;
  private final Decisions decisions;
  private final Settlement settlement;
  private final Tidying tidying;
  private final Containers containers;
  private final Ahead ahead;
  private final Clock clock;
  private final Sleeper sleeper;

  /** What has been made before there was anything to be claimed. */
  record Ahead(Rehearsing rehearsing, WaitingContainers waiting) {}

  Recovery(
      Workplace.Desk desk,
      Decisions decisions,
      Settlement settlement,
      Tidying tidying,
      Containers containers,
      Ahead ahead,
      Workplace.Waiting waiting) {
    this.journal = desk.journal();
    this.state = desk.state();
    this.decisions = decisions;
    this.settlement = settlement;
    this.tidying = tidying;
    this.containers = containers;
    this.ahead = ahead;
    this.clock = waiting.clock();
    this.sleeper = waiting.sleeper();
  }

  /**
   * Takes up every entry of the journal, however long the Engine or the broker do not answer:
   * nothing new may begin before.
   */
  public void run() throws IOException, InterruptedException {
    for (Entry entry : journal.all()) {
      takeUp(entry);
    }
    for (Entry entry : lost()) {
      takeUp(entry);
    }
  }

  private void takeUp(Entry entry) throws IOException, InterruptedException {
    try (var _ = MigrationLog.of(entry.id().value())) {
      LOG.info("the journal says {} for {}", entry.step(), entry.container());
      Entry now = entry;
      for (int tries = 1; !resumed(now); tries++) {
        now = isAhead(entry) ? entry : journal.restoreOf(entry.id()).orElse(entry);
        if (now.step() == Step.DONE && tries >= TRIES) {
          LOG.error("it is not tidied up; the next start of the agent tries again");
          return;
        }
        sleeper.sleep(PAUSE);
      }
    }
  }

  /**
   * Goes on from an entry of the journal as the log says.
   *
   * <table>
   *   <caption>Where the log does not say how it ended</caption>
   *   <tr><td>PREPARED, Open</td><td>nothing ran: it is undone, and the record comes again</td></tr>
   *   <tr><td>PREPARED, Claimed</td><td>claimed, and not heard any more: looks, and tells</td></tr>
   *   <tr><td>CLAIMED, STARTING</td><td>looks, and tells; also where the log has forgotten the
   *       claim: what runs is not undone because of that</td></tr>
   *   <tr><td>DONE</td><td>the log had the outcome: it is told again, and what runs stays, whatever
   *       the log makes of it now</td></tr>
   * </table>
   */
  void resume(Entry entry) throws IOException, InterruptedException {
    if (isAhead(entry)) {
      undoAhead(entry);
      return;
    }
    Verdict verdict = decisions.standing(entry.id(), entry.attempt()).verdict();
    boolean open = verdict instanceof Verdict.Open;
    boolean undecided = open || verdict instanceof Verdict.Claimed;
    boolean takenBack =
        verdict instanceof Verdict.Resolved resolved && resolved.ranOn() == RanOn.HOST;
    switch (entry.step()) {
      case PREPARED, CLAIMED, STARTING -> {
        if (open && entry.step() == Step.PREPARED) {
          tidying.undo(entry);
        } else if (open && entry.attempt().equals(Attempt.getDefaultInstance())) {
          // No word of ours would count, and what runs may be the only one.
          LOG.error(
              "{} was being restored by an agent that knew no attempts: it stays as it is, until godwit resolve says where it runs",
              entry.container());
        } else if (undecided) {
          settlement.tellWhatRuns(entry);
        } else {
          settlement.obey(entry, verdict);
        }
      }
      case DONE -> {
        if (takenBack) {
          settlement.obey(entry, verdict);
        } else {
          if (undecided) {
            settlement.sayAgain(entry);
          }
          tidying.finish(entry);
        }
      }
      case REHEARSING, WAITING -> throw new IllegalStateException("was tidied up above");
    }
  }

  private static boolean isAhead(Entry entry) {
    return entry.step() == Step.REHEARSING || entry.step() == Step.WAITING;
  }

  private void undoAhead(Entry entry) throws IOException, InterruptedException {
    if (entry.step() == Step.REHEARSING) {
      ahead.rehearsing.tidyUp(entry.id());
      journal.remove(entry);
    } else if (journal.restoreOf(entry.id()).isPresent()) {
      // Its restore was begun: it is that one's container.
      journal.remove(entry);
    } else {
      ahead.waiting.undo(entry);
    }
  }

  /** Claims of this machine that the journal has lost, as it would have them. */
  private List<Entry> lost() throws IOException {
    Set<MigrationId> found = new HashSet<>(state.staged());
    try {
      found.addAll(containers.restoredHere());
    } catch (IOException e) {
      LOG.warn("the Engine does not answer: containers without a note are not looked for", e);
    }
    found.removeAll(inJournal());
    List<Entry> entries = new ArrayList<>();
    for (MigrationId id :
        found.stream().sorted((a, b) -> a.value().compareTo(b.value())).toList()) {
      try {
        for (Attempt attempt : decisions.unfinished(id)) {
          String name = tidying.kept(id).map(Task::name).orElse("");
          LOG.warn("{} was claimed by this machine, and the journal has no note of it", id);
          entries.add(journal.write(Entry.restore(id, Step.STARTING, name, attempt)));
        }
      } catch (MessagingException e) {
        LOG.warn("it is not known whether {} is to be settled; its record comes again", id, e);
      }
    }
    return entries;
  }

  /** Removes what was staged for migrations that are over or came to nothing. */
  public void sweep() throws IOException {
    Set<MigrationId> busy = inJournal();
    Instant old = clock.instant().minus(KEPT);
    for (MigrationId id : state.staged()) {
      if (busy.contains(id)) {
        continue;
      }
      Instant touched = Files.getLastModifiedTime(state.staging(id)).toInstant();
      if (isOver(id) || touched.isBefore(old)) {
        state.forget(id);
      }
    }
  }

  private boolean isOver(MigrationId id) {
    try {
      Verdict verdict =
          tidying
              .kept(id)
              .map(task -> decisions.standing(id, task.attempt()).verdict())
              .orElseGet(() -> decisions.beforeAnyAttempt(id));
      return !(verdict instanceof Verdict.Open) && !(verdict instanceof Verdict.Claimed);
    } catch (MessagingException e) {
      LOG.warn("it is not known whether {} is over", id, e);
      return false;
    }
  }

  private Set<MigrationId> inJournal() throws IOException {
    return journal.all().stream().map(Entry::id).collect(Collectors.toSet());
  }

  private boolean resumed(Entry entry) throws InterruptedException {
    try {
      resume(entry);
      return true;
    } catch (IOException | MessagingException e) {
      LOG.warn("not settled yet; again in {} s", PAUSE.toSeconds(), e);
      return false;
    }
  }
}
