package io.godwit.agent.ready;

import io.godwit.agent.state.Journal;
import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.Turns;
import io.godwit.agent.state.Workplace;
import io.godwit.contract.Attempt;
import io.godwit.contract.Decision;
import io.godwit.contract.Preparation;
import io.godwit.docker.ContainerSpec;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.MigrationLog;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Verdict;
import io.godwit.refusal.RefusedException;
import io.godwit.service.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The containers that wait here, by their migrations. A wait ends with its restore, or as soon as
 * nobody is going to restore it: when the log says so, when its time is over, and when its Engine,
 * its shim or this agent ends. Then everything is as it was before. A migration loses nothing by
 * that: its container is made anew when the conversion comes.
 */
public final class WaitingContainers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WaitingContainers.class);
  private static final Duration GLANCE = Duration.ofSeconds(5);

  private final Readying readying;
  private final DecisionLog log;
  private final Journal journal;
  private final Sleeper sleeper;
  private final Threads threads;
  private final Turns turns;
  private final Map<MigrationId, Waiting> waiting = new ConcurrentHashMap<>();
  private volatile boolean closing;

  public WaitingContainers(Readying readying, Workplace at) {
    this.readying = readying;
    this.log = at.meeting().log();
    this.journal = at.desk().journal();
    this.sleeper = at.waiting().sleeper();
    this.threads = at.waiting().threads();
    this.turns = new Turns(threads);
  }

  /**
   * Has the container that was rehearsed wait for its images.
   *
   * @param wanted with its name here, and an image that is there
   * @return the mark under which it waits; empty where it cannot wait here, which does no harm
   * @throws RefusedException when it cannot be had here: its name or a port is another's
   */
  public Optional<String> begin(MigrationId id, Preparation preparation, ContainerSpec wanted)
      throws RefusedException, InterruptedException {
    Optional<Waiting> begun;
    try (Turns.Held _ = turns.take(id)) {
      begun = readying.begin(id, preparation, wanted);
      begun.ifPresent(one -> waiting.put(id, one));
    }
    begun.ifPresent(one -> threads.start("waiting-" + id, () -> watch(one)));
    return begun.map(one -> one.entry().attempt().getWaiting());
  }

  /**
   * Takes the one that waits for an attempt: from now on it is the caller's. One that does not fit,
   * or waits no more, is undone.
   *
   * @param asked as the container is asked for
   * @throws IOException when that cannot be undone yet
   */
  public Optional<Waiting> take(MigrationId id, Attempt attempt, ContainerSpec asked)
      throws IOException, InterruptedException {
    try (Turns.Held _ = turns.take(id)) {
      Optional<Waiting> there = Optional.ofNullable(waiting.get(id));
      if (there.filter(one -> one.fits(attempt, asked)).isEmpty()) {
        there.ifPresent(one -> LOG.info("what waits is not what came, or waits no more"));
        undo(id);
        return Optional.empty();
      }
      try {
        journal.remove(there.get().entry());
      } catch (IOException e) {
        // The Engine answers no question about one that waits.
        there.get().start().close();
        throw e;
      }
      waiting.remove(id);
      return there;
    }
  }

  /**
   * Ends the wait of a migration's container, where one waits.
   *
   * @throws IOException when it is not known to have gone
   */
  public void end(MigrationId id) throws IOException, InterruptedException {
    try (Turns.Held _ = turns.take(id)) {
      undo(id);
    }
  }

  /** Whoever has the turn. */
  private void undo(MigrationId id) throws IOException, InterruptedException {
    Optional<Waiting> there = Optional.ofNullable(waiting.get(id));
    if (there.isPresent()) {
      there.get().start().close();
    }
    Optional<Journal.Entry> note = journal.waitingOf(id);
    if (note.isPresent()) {
      readying.undo(note.get());
    }
    waiting.remove(id);
  }

  private void watch(Waiting one) {
    try (var _ = MigrationLog.of(one.id().value())) {
      int known = 0;
      while (!closing && one.start().waits() && isThere(one)) {
        try {
          List<Decision> all = log.await(one.id().value(), known, GLANCE);
          known = all.size();
          if (isOver(all, one.entry().attempt())) {
            LOG.info("the container waits no more: the decision log says that it is not to come");
            break;
          }
        } catch (MessagingException e) {
          LOG.warn("the decision log does not answer; the container waits on", e);
          sleeper.sleep(GLANCE);
        }
      }
      while (!closing && !ended(one)) {
        sleeper.sleep(GLANCE);
      }
    } catch (InterruptedException e) {
      LOG.info("the agent stops, and nobody looks after the container that waits");
    }
  }

  /** Whether nobody is going to restore it. */
  static boolean isOver(List<Decision> all, Attempt attempt) {
    return !(Verdict.beforeAnyAttempt(all) instanceof Verdict.Open)
        || all.stream()
            .filter(Decision::hasAbort)
            .anyMatch(decision ->
                decision.getAbort().getAttempt().getWaiting().equals(attempt.getWaiting()));
  }

  private boolean isThere(Waiting one) {
    return one.equals(waiting.get(one.id()));
  }

  private boolean ended(Waiting one) throws InterruptedException {
    try (Turns.Held _ = turns.take(one.id())) {
      if (isThere(one)) {
        undo(one.id());
      }
      return true;
    } catch (IOException | RuntimeException e) {
      LOG.warn("what waited is not removed yet; again in {} s", GLANCE.toSeconds(), e);
      return false;
    }
  }

  /** The agent stops: nobody would say go. */
  @Override
  public void close() {
    closing = true;
    for (MigrationId id : List.copyOf(waiting.keySet())) {
      try {
        end(id);
      } catch (IOException | RuntimeException e) {
        LOG.warn("what waits for {} is removed by the next start of the agent", id, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Undoes what an earlier run of the agent has left: what it held waits no more. */
  public void undo(Journal.Entry note) throws IOException, InterruptedException {
    readying.undo(note);
  }
}
