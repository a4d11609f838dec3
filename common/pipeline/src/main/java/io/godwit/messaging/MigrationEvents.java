package io.godwit.messaging;

import io.godwit.contract.Event;
import io.godwit.contract.Phase;
import io.godwit.contract.PhaseTime;
import io.godwit.contract.ReportLine;
import io.godwit.contract.Runs;
import io.godwit.refusal.Refusal;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one service says of one migration. Safe for use by several threads. */
public final class MigrationEvents {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationEvents.class);
  private static final Duration BETWEEN_PROGRESS = Duration.ofMillis(500);

  private final Event frame;
  private final Consumer<Event> send;
  private final Clock clock;
  private final AtomicLong lastProgressMs = new AtomicLong(Long.MIN_VALUE);

  /**
   * @param frame migration, service, host, device and container, which every event carries
   */
  MigrationEvents(Event frame, Consumer<Event> send, Clock clock) {
    this.frame = frame;
    this.send = send;
    this.clock = clock;
  }

  /** A sentence for people; it is logged as well. */
  public void say(Phase phase, String message) {
    say(phase, message, List.of(), List.of());
  }

  /** A sentence with what took how long and, from the converter, what was rewritten. */
  public void say(Phase phase, String message, List<PhaseTime> phases, List<ReportLine> report) {
    try (var _ = MigrationLog.of(frame.getMigrationId())) {
      LOG.info("{}: {}", phase, message);
    }
    send.accept(event(phase, message).addAllPhases(phases).addAllReport(report).build());
  }

  /** That the container does not move, or not now, and all the reasons. */
  public void refuse(Phase phase, String message, List<PhaseTime> phases, List<Refusal> refusals) {
    try (var _ = MigrationLog.of(frame.getMigrationId())) {
      LOG.info("{}: {}", phase, message);
    }
    send.accept(
        event(phase, message)
            .addAllPhases(phases)
            .addAllRefusals(WireRefusals.of(refusals))
            .build());
  }

  /** The last word: what became of the container, and what took how long. */
  public void end(Phase phase, String message, List<PhaseTime> phases) {
    end(phase, message, phases, Runs.RUNS_UNSPECIFIED);
  }

  /** The same, and where the container runs now, where the phase does not say it. */
  public void end(Phase phase, String message, List<PhaseTime> phases, Runs runs) {
    try (var _ = MigrationLog.of(frame.getMigrationId())) {
      LOG.info("{}, at an end: {}", phase, message);
    }
    send.accept(event(phase, message).addAllPhases(phases).setEnded(true).setRuns(runs).build());
  }

  /**
   * The same voice for a container that stands still.
   *
   * @param sinceMs 0: it does not
   * @param budgetMs how long it may
   */
  public MigrationEvents frozen(long sinceMs, long budgetMs) {
    Event still = frame.toBuilder().setFrozenAtMs(sinceMs).setFreezeBudgetMs(budgetMs).build();
    return new MigrationEvents(still, send, clock);
  }

  /** The same voice, where a rehearsal has said how long the container will stand still. */
  public MigrationEvents forecast(long millis) {
    return new MigrationEvents(frame.toBuilder().setForecastMs(millis).build(), send, clock);
  }

  /** How far long work is. Said at most twice a second; the end is always said. */
  public void progress(Phase phase, String message, long doneBytes, long totalBytes) {
    long now = clock.millis();
    long last = lastProgressMs.get();
    boolean due = last == Long.MIN_VALUE || now - last >= BETWEEN_PROGRESS.toMillis();
    boolean end = doneBytes >= totalBytes;
    if ((due && lastProgressMs.compareAndSet(last, now)) || end) {
      send.accept(event(phase, message).setDoneBytes(doneBytes).setTotalBytes(totalBytes).build());
    }
  }

  /** The progress of putting or fetching blobs, told to people. */
  public LongConsumer progressOf(Phase phase, String message, long totalBytes) {
    return done -> progress(phase, message, done, totalBytes);
  }

  private Event.Builder event(Phase phase, String message) {
    return frame.toBuilder().setAtMs(clock.millis()).setPhase(phase).setMessage(message);
  }
}
