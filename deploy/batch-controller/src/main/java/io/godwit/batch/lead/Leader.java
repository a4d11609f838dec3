package io.godwit.batch.lead;

import io.godwit.batch.plan.Lanes;
import io.godwit.batch.plan.Scheduler;
import io.godwit.batch.plan.Slots;
import io.godwit.batch.spec.Outcome;
import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Fleet;
import io.godwit.batch.state.Ledger;
import io.godwit.batch.state.Member;
import io.godwit.batch.state.Member.Now;
import io.godwit.contract.BatchLed;
import io.godwit.contract.BatchRecord;
import io.godwit.contract.Event;
import io.godwit.contract.MemberStarted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all that is said of batches, as every controller does, and decides while it leads. It does
 * nothing by itself and never waits: whoever runs it tells it what was read and what time it is.
 * Not for several threads.
 */
public final class Leader {
  private static final Logger LOG = LoggerFactory.getLogger(Leader.class);

  private final String name;
  private final Fleet fleet;
  private final Ledger ledger = new Ledger();
  private final Pen pen;
  private final Flights flights;
  private final Steps steps;
  private final Map<Batch, Lanes> open = new LinkedHashMap<>();
  private final List<Batch> doubtful = new ArrayList<>();
  private final List<Landed> landed = new ArrayList<>();
  private boolean standing;
  private boolean leading;

  /** What has come to a device, which may not have counted it in what room it has. */
  private record Landed(String device, Instant at, long bytes) {}

  /**
   * @param name of this run of the controller
   * @param fleet as its owner hears of it
   */
  public Leader(String name, Fleet fleet, Out out) {
    this.name = name;
    this.fleet = fleet;
    this.pen = new Pen(name, out);
    this.flights = new Flights(ledger, pen, out);
    this.steps = new Steps(fleet, pen, flights, out);
  }

  /** All that was read. */
  public Ledger ledger() {
    return ledger;
  }

  /**
   * Claims the lead, once the topic was read to its end. It leads when that word has come back.
   * Epochs grow with time, so that one is never used twice, even by a topic that has forgotten.
   */
  public void claim(Instant now) {
    standing = true;
    leading = false;
    pen.begin(Math.max(ledger.epoch() + 1, now.toEpochMilli()));
    pen.write(
        BatchRecord.newBuilder().setBatchId(name).setLed(BatchLed.newBuilder().setController(name)),
        now);
  }

  /** Leaves the lead to others. */
  public void leave() {
    standing = false;
    leading = false;
  }

  /** Whether its words count, as far as it has read. */
  public boolean leads() {
    return leading && ledger.epoch() == pen.epoch();
  }

  /** Whether it claimed the lead and another has taken it since. */
  public boolean isOverruled() {
    return standing && ledger.epoch() > pen.epoch();
  }

  /** Since when events are to be heard. */
  public Optional<Instant> eventsSince() {
    return Flights.earliest(ledger);
  }

  /** Takes the next record of the topic. */
  public void read(BatchRecord record, Instant now) {
    boolean news = ledger.apply(record);
    boolean own = standing && record.getEpoch() == pen.epoch();
    if (own) {
      pen.readBack(record);
    }
    Optional<Batch> batch = ledger.find(record.getBatchId());
    batch.ifPresent(this::keep);
    if (!news) {
      return;
    }
    switch (record.getKindCase()) {
      case LED -> {
        if (own) {
          leading = true;
          LOG.info("{} leads the batches now", name);
          flights.takeOver(now);
        }
      }
      case STARTED -> {
        if (own && leads()) {
          batch.ifPresent(its ->
              flights.ask(its, its.roster().members().get(record.getStarted().getMember()), now));
        }
      }
      case ENDED ->
          batch.ifPresent(its -> land(its.roster().members().get(record.getEnded().getMember())));
      case OVER -> LOG.info("batch {}: {}", record.getBatchId(), record.getOver().getHow());
      case REQUEST, PAUSE, RESUME, ABORT, APPROVE, RETRY ->
          LOG.info("batch {}: {} by {}", record.getBatchId(), record.getKindCase(), record.getBy());
      case CHECKED, PLANNED, BEGUN, ABORTED, PASSED, HELD, KIND_NOT_SET -> {}
    }
  }

  private void keep(Batch batch) {
    if (batch.isOver()) {
      open.remove(batch);
      doubtful.remove(batch);
      if (!batch.roster().flying().isEmpty() || !batch.roster().doubted().isEmpty()) {
        doubtful.add(batch);
      }
    } else {
      open.computeIfAbsent(batch, Lanes::new);
    }
  }

  private void land(Member member) {
    if (member.now() instanceof Now.Done done && done.outcome() == Outcome.SUCCEEDED) {
      landed.add(new Landed(done.device(), done.at(), member.memoryBytes()));
    }
  }

  /** How many migrations it listens for. */
  int watched() {
    return flights.watched();
  }

  /** Takes an event of whichever migration. */
  public void hear(Event event, Instant now) {
    if (leads()) {
      flights.hear(event, now);
    }
  }

  /** Does what is to be done now. */
  public void act(Instant now) {
    if (!leads() || pen.waits()) {
      return;
    }
    flights.settle(now);
    if (pen.waits()) {
      // What has ended gives its places back first.
      return;
    }
    Map<Batch, Lanes> ready = new LinkedHashMap<>();
    for (Map.Entry<Batch, Lanes> one : open.entrySet()) {
      if (!steps.advance(one.getKey(), now)) {
        one.getValue().follow(now);
        ready.put(one.getKey(), one.getValue());
      }
      flights.look(one.getKey(), now);
    }
    doubtful.forEach(batch -> flights.look(batch, now));
    for (Scheduler.Start start : new Scheduler(fleet, ready, slots(), now).starts()) {
      begin(start, now);
    }
  }

  private Slots slots() {
    Slots slots = Slots.of(open.keySet());
    landed.removeIf(one ->
        fleet.device(one.device()).filter(device -> device.heardAt().isBefore(one.at())).isEmpty());
    landed.forEach(one -> slots.reserve(one.device(), one.bytes()));
    return slots;
  }

  private void begin(Scheduler.Start start, Instant now) {
    Batch batch = start.batch();
    Member member = start.member();
    int attempt = member.now() instanceof Now.Waiting waiting ? waiting.attempts() + 1 : 1;
    Instant notAfter = now.plus(batch.spec().timeouts().start());
    Duration most = batch.spec().timeouts().migration(member.memoryBytes());
    pen.write(
        BatchRecord.newBuilder()
            .setBatchId(batch.id())
            .setStarted(
                MemberStarted.newBuilder()
                    .setMember(member.index())
                    .setAttempt(attempt)
                    .setDevice(start.device())
                    .setMigrationId(Asks.migrationId(batch.id(), member.index(), attempt))
                    .setNotAfterMs(notAfter.toEpochMilli())
                    .setDeadlineMs(notAfter.plus(most).toEpochMilli())),
        now);
  }
}
