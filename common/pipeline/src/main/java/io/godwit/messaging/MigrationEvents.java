package io.godwit.messaging;

import io.godwit.contract.Event;
import io.godwit.contract.Phase;
import io.godwit.contract.PhaseTime;
import io.godwit.contract.ReportLine;
import io.godwit.contract.Runs;
import io.godwit.refusal.Refusal;
import io.godwit.trace.Span;
import io.godwit.trace.Spans;
import io.godwit.trace.TraceContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private final Spans spans;
  private final Clock clock;
  private final AtomicLong lastProgressMs = new AtomicLong(Long.MIN_VALUE);

  /**
   * @param frame migration, service, host, device and container, which every event carries
   */
  MigrationEvents(Event frame, Consumer<Event> send, Spans spans, Clock clock) {
    this.frame = frame;
    this.send = send;
    this.spans = spans;
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
    return new MigrationEvents(still, send, spans, clock);
  }

  /** What this service has done took so long: parts of the migration's trace. */
  public void took(List<PhaseTime> phases) {
    for (PhaseTime phase : phases) {
      if (phase.getBeginMs() != 0) {
        Instant begin = Instant.ofEpochMilli(phase.getBeginMs());
        spans.ended(
            Span.part(
                trace(),
                phase.getPhase(),
                begin,
                begin.plusMillis(phase.getDurationMs()),
                attributes(
                    Map.of(
                        "godwit.bytes", Long.toString(phase.getBytes()),
                        "godwit.frozen", Boolean.toString(phase.getFrozen())))));
      }
    }
  }

  /** The same for one thing, from then until now. */
  public void took(String name, Instant since) {
    spans.ended(Span.part(trace(), name, since, clock.instant(), attributes(Map.of())));
  }

  /**
   * The whole of it is over, and with it its trace.
   *
   * @param traceparent as the request has it; empty: it is a trace of its own
   * @param failure why the container was not moved
   */
  public void took(
      Instant acceptedAt, String traceparent, String outcome, Optional<String> failure) {
    TraceContext self = trace();
    spans.ended(
        Span.whole(
            self,
            TraceContext.parse(traceparent).filter(parent -> !parent.equals(self)),
            acceptedAt,
            clock.instant(),
            attributes(Map.of("godwit.outcome", outcome)),
            failure));
  }

  private TraceContext trace() {
    return MigrationLog.traceOf(frame.getMigrationId());
  }

  private Map<String, String> attributes(Map<String, String> further) {
    Map<String, String> all = new HashMap<>(further);
    all.put("godwit.migration", frame.getMigrationId());
    all.put("godwit.host", frame.getHost());
    all.put("godwit.device", frame.getDevice());
    all.put("godwit.container", frame.getContainer());
    return all;
  }

  /** The same voice, where a rehearsal has said how long the container will stand still. */
  public MigrationEvents forecast(long millis) {
    return new MigrationEvents(frame.toBuilder().setForecastMs(millis).build(), send, spans, clock);
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
