package io.godwit.batch;

import com.google.protobuf.InvalidProtocolBufferException;
import io.godwit.batch.lead.Leader;
import io.godwit.batch.lead.Out;
import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Fleet;
import io.godwit.messaging.Sleeper;
import io.godwit.service.Liveness;
import io.godwit.service.Threads;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a {@link Leader} on one thread: reads for it, tells it the time, stands for the lead. */
final class Control implements AutoCloseable {
  /** Within this time it shows that it goes on. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Logger LOG = LoggerFactory.getLogger(Control.class);
  private static final Duration TURN = Duration.ofMillis(250);
  private static final Duration AFTER_A_FAILURE = Duration.ofSeconds(2);
  private static final Duration STOP = Duration.ofSeconds(30);

  /** Clocks of brokers and of this machine differ. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  /** For people and metrics. */
  record Figures(boolean leads, int open, int underWay) {}

  private final String name;
  private final Inbox inbox;
  private final Out out;
  private final BooleanSupplier chosen;
  private final Runnable catchUp;
  private final Function<Instant, AutoCloseable> events;
  private final Liveness.Worker worker;
  private final Clock clock;
  private final Sleeper sleeper;
  private final Fleet fleet = new Fleet();
  private final Threads.Started running;
  private volatile boolean closing;
  private volatile Figures figures = new Figures(false, 0, 0);

  // Of the one thread alone.
  private final Deque<Inbox.Item> unread = new ArrayDeque<>();
  private Leader leader;
  private boolean claimed;
  private Optional<AutoCloseable> listening = Optional.empty();

  /**
   * Starts.
   *
   * @param chosen whether it is to stand for the lead
   * @param catchUp returns when all that stands in the topic of batches is in the inbox
   * @param events has the inbox get the events from a moment on, until it is closed
   */
  Control(
      String name,
      Inbox inbox,
      Out out,
      BooleanSupplier chosen,
      Runnable catchUp,
      Function<Instant, AutoCloseable> events,
      Liveness.Worker worker,
      Clock clock,
      Sleeper sleeper,
      Threads threads) {
    this.name = name;
    this.inbox = inbox;
    this.out = out;
    this.chosen = chosen;
    this.catchUp = catchUp;
    this.events = events;
    this.worker = worker;
    this.clock = clock;
    this.sleeper = sleeper;
    this.leader = new Leader(name, fleet, out);
    this.running = threads.start("batches", this::run);
  }

  Figures figures() {
    return figures;
  }

  private void run() {
    try {
      while (!closing) {
        worker.progress();
        try {
          turn();
        } catch (RuntimeException | Error e) {
          // What was done of it stands in the topic, or does not: it is read before more is done.
          LOG.warn("the lead is given up for a moment", e);
          leave();
          sleeper.sleep(AFTER_A_FAILURE);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      leave();
    }
  }

  private void turn() throws InterruptedException {
    unread.addAll(inbox.await(TURN));
    takeAll();
    if (claimed && (!chosen.getAsBoolean() || leader.isOverruled())) {
      LOG.info("{} leads no more", name);
      leave();
    }
    if (!claimed && chosen.getAsBoolean()) {
      catchUp.run();
      unread.addAll(inbox.takeAll());
      takeAll();
      Instant since = leader.eventsSince().orElseGet(clock::instant).minus(MARGIN);
      listening = Optional.of(events.apply(since));
      claimed = true;
      leader.claim(clock.instant());
    }
    leader.act(clock.instant());
    Collection<Batch> batches = leader.ledger().batches();
    figures =
        new Figures(
            leader.leads(),
            (int) batches.stream().filter(batch -> !batch.isOver()).count(),
            batches.stream().mapToInt(batch -> batch.roster().flying().size()).sum());
  }

  /** One that fails leaves those behind it where they are: nothing of a topic is passed by. */
  private void takeAll() {
    while (!unread.isEmpty()) {
      take(unread.remove());
    }
  }

  private void take(Inbox.Item item) {
    switch (item) {
      case Inbox.Item.Word(var record) -> leader.read(record, clock.instant());
      case Inbox.Item.Told(var event) -> leader.hear(event, clock.instant());
      case Inbox.Item.Anew _ -> {
        leave();
        leader = new Leader(name, fleet, out);
      }
      case Inbox.Item.OfHost(var record) ->
          tell(record.key(), () -> fleet.hearHost(record.key(), record.value()));
      case Inbox.Item.OfDevice(var record) ->
          tell(record.key(), () -> fleet.hearDevice(record.key(), record.value()));
    }
  }

  private interface Telling {
    void tell() throws InvalidProtocolBufferException;
  }

  private static void tell(String who, Telling telling) {
    try {
      telling.tell();
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("what {} says of itself is no record of ours: {}", who, e.getMessage());
    }
  }

  private void leave() {
    claimed = false;
    leader.leave();
    listening.ifPresent(events -> {
      try {
        events.close();
      } catch (Exception e) {
        LOG.warn("events are not closed", e);
      }
    });
    listening = Optional.empty();
  }

  @Override
  public void close() {
    closing = true;
    inbox.wake();
    running.stop(STOP);
    worker.close();
  }
}
