package io.godwit.batch.lead;

import io.godwit.batch.spec.Outcome;
import io.godwit.batch.spec.Timeouts;
import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Ledger;
import io.godwit.batch.state.Member;
import io.godwit.batch.state.Member.GivenUp;
import io.godwit.batch.state.Member.Now;
import io.godwit.contract.BatchRecord;
import io.godwit.contract.Event;
import io.godwit.contract.MemberAborted;
import io.godwit.contract.MemberEnded;
import io.godwit.contract.Phase;
import io.godwit.contract.Reason;
import io.godwit.messaging.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Looks after the migrations that are under way, and those in doubt. Events are people's and may
 * get lost, so who has said nothing for a while is asked again, which makes a host say where it
 * stands; and who says nothing for too long is given up in the log, which decides.
 */
final class Flights {
  /** After so long without a word the request is sent again. */
  static final Duration SILENCE = Duration.ofSeconds(60);

  /** The same for those in doubt: their hosts wait for a device or an operator. */
  static final Duration DOUBT = Duration.ofMinutes(10);

  /** For a word that is on its way. */
  static final Duration GRACE = Duration.ofSeconds(30);

  /** What a host takes to let a container go on, and to say so. */
  static final Duration ROLL_BACK = Duration.ofMinutes(2);

  private record Place(String batch, int member) {}

  /** What is known of one by listening; lost with the leader, and heard again by the next. */
  private static final class Watch {
    private final Place place;
    private final Instant since;
    private Instant asked;
    private Optional<Instant> heard = Optional.empty();
    private Phase phase = Phase.PHASE_UNSPECIFIED;
    private Instant phaseSince;
    private Optional<Instant> givenUp = Optional.empty();
    private List<Reason> refusals = List.of();
    private long forecastMs;

    private Watch(Place place, Instant now) {
      this.place = place;
      this.since = now;
      this.asked = now;
      this.phaseSince = now;
    }
  }

  private record Heard(String migrationId, Event event) {}

  private final Ledger ledger;
  private final Pen pen;
  private final Out out;
  private final Map<String, Watch> watches = new HashMap<>();
  private final Deque<Heard> ends = new ArrayDeque<>();

  Flights(Ledger ledger, Pen pen, Out out) {
    this.ledger = ledger;
    this.pen = pen;
    this.out = out;
  }

  /** Goes on with all that earlier leaders have begun, and asks for all of it again. */
  void takeOver(Instant now) {
    watches.clear();
    ends.clear();
    for (Batch batch : ledger.batches()) {
      batch.roster().flying().forEach(member -> ask(batch, member, now));
      batch
          .roster()
          .doubted()
          .forEach(member -> {
            if (member.now() instanceof Now.Done done) {
              watches.put(
                  done.migrationId(), new Watch(new Place(batch.id(), member.index()), now));
            }
          });
    }
  }

  /** When the earliest of those under way was begun; what was said since then is to be heard. */
  static Optional<Instant> earliest(Ledger ledger) {
    return ledger.batches().stream()
        .flatMap(batch -> batch.roster().flying().stream())
        .flatMap(member ->
            member.now() instanceof Now.Flying flying ? Stream.of(flying.since()) : Stream.empty())
        .min(Instant::compareTo);
  }

  /** Its places are taken: the migration is asked for. */
  void ask(Batch batch, Member member, Instant now) {
    if (member.now() instanceof Now.Flying flying) {
      Watch watch =
          watches.computeIfAbsent(
              flying.migrationId(), _ -> new Watch(new Place(batch.id(), member.index()), now));
      watch.asked = now;
      out.request(member.host(), Asks.migration(batch, member, flying));
    }
  }

  int watched() {
    return watches.size();
  }

  void hear(Event event, Instant now) {
    Optional.ofNullable(watches.get(event.getMigrationId()))
        .ifPresent(watch -> {
          watch.heard = Optional.of(now);
          if (event.getPhase() != watch.phase) {
            watch.phase = event.getPhase();
            watch.phaseSince = now;
          }
          if (event.getRefusalsCount() > 0) {
            watch.refusals = List.copyOf(event.getRefusalsList());
          }
          watch.forecastMs = Math.max(watch.forecastMs, event.getForecastMs());
          if (event.getEnded() || event.getPhase() == Phase.IN_DOUBT) {
            ends.add(new Heard(event.getMigrationId(), event));
          }
        });
  }

  /** Writes down what has ended. */
  void settle(Instant now) {
    while (!ends.isEmpty()) {
      Heard heard = ends.remove();
      Optional.ofNullable(watches.get(heard.migrationId()))
          .ifPresent(watch -> settle(heard, watch, now));
    }
  }

  private void settle(Heard heard, Watch watch, Instant now) {
    Event event = heard.event();
    Member member = member(watch);
    int attempt = attempt(member, heard.migrationId());
    if (attempt == 0) {
      watches.remove(heard.migrationId());
      return;
    }
    if (!event.getEnded()) {
      if (member.now() instanceof Now.Flying) {
        end(watch, member, attempt, Outcome.IN_DOUBT, event, now);
      }
      return;
    }
    Outcome outcome = Ends.of(event, watch.refusals, givenUp(member));
    end(watch, member, attempt, outcome, event, now);
    if (outcome != Outcome.IN_DOUBT) {
      watches.remove(heard.migrationId());
    }
  }

  /** Of the migration, where the member is still concerned with it; else 0. */
  private static int attempt(Member member, String migrationId) {
    return switch (member.now()) {
      case Now.Flying flying when flying.migrationId().equals(migrationId) -> flying.attempt();
      case Now.Done done
          when done.outcome() == Outcome.IN_DOUBT && done.migrationId().equals(migrationId) ->
          done.attempts();
      case Now.Flying _, Now.Done _, Now.Waiting _, Now.LeftOut _ -> 0;
    };
  }

  private static Optional<GivenUp> givenUp(Member member) {
    return member.now() instanceof Now.Flying flying ? flying.givenUp() : Optional.empty();
  }

  /** Asks again, and gives up who takes too long. */
  void look(Batch batch, Instant now) {
    for (Member member : List.copyOf(batch.roster().flying())) {
      if (member.now() instanceof Now.Flying flying) {
        look(batch, member, flying, now);
      }
    }
    for (Member member : batch.roster().doubted()) {
      if (member.now() instanceof Now.Done done) {
        Watch watch = watch(batch, member, done.migrationId(), now);
        if (isPast(watch.asked, DOUBT, now)) {
          watch.asked = now;
          out.request(
              member.host(),
              Asks.migration(
                  batch,
                  member,
                  new Now.Flying(
                      done.attempts(),
                      done.device(),
                      done.migrationId(),
                      done.at(),
                      done.at(),
                      done.at(),
                      Optional.empty())));
        }
      }
    }
  }

  private void look(Batch batch, Member member, Now.Flying flying, Instant now) {
    Watch watch = watch(batch, member, flying.migrationId(), now);
    Instant lastWord = watch.heard.filter(watch.asked::isBefore).orElse(watch.asked);
    if (isPast(lastWord, SILENCE, now)) {
      ask(batch, member, now);
    }
    if (isPast(flying.deadline(), ROLL_BACK, now)) {
      Outcome as = flying.givenUp().map(GivenUp::outcome).orElse(Outcome.TIMED_OUT);
      byTheLog(batch, member, flying, as, "it was to be over by " + flying.deadline(), now);
      return;
    }
    if (flying.givenUp().isPresent()) {
      boolean tooLate = flying.givenUp().get().tooLate();
      Instant since = watch.givenUp.orElse(watch.since);
      if (!tooLate && isPast(since, ROLL_BACK, now)) {
        end(watch, member, flying.attempt(), flying.givenUp().get(), now);
      }
      return;
    }
    // A new leader has heard nothing of what went before: it listens for as long as the first did.
    Duration patience = batch.spec().timeouts().start().plus(GRACE);
    if (watch.heard.isEmpty()
        && isPast(flying.notAfter(), GRACE, now)
        && isPast(watch.since, patience, now)) {
      giveUp(
          batch,
          member,
          Outcome.UNREACHABLE,
          "host %s has not answered by %s".formatted(member.host(), flying.notAfter()),
          now);
      return;
    }
    Timeouts timeouts = batch.spec().timeouts();
    String phase = watch.phase.name().toLowerCase(Locale.ROOT);
    timeouts
        .phase(phase, member.memoryBytes())
        .filter(most -> isPast(watch.phaseSince, most, now))
        .ifPresent(most ->
            giveUp(
                batch,
                member,
                Outcome.TIMED_OUT,
                "it has been %s for more than %d s".formatted(phase, most.toSeconds()),
                now));
  }

  private Watch watch(Batch batch, Member member, String migrationId, Instant now) {
    return watches.computeIfAbsent(
        migrationId, _ -> new Watch(new Place(batch.id(), member.index()), now));
  }

  /** Asks for one to be given up: the log says whether that came in time. */
  void giveUp(Batch batch, Member member, Outcome as, String reason, Instant now) {
    if (!(member.now() instanceof Now.Flying flying)) {
      return;
    }
    Verdict verdict = out.abort(flying.migrationId(), reason);
    watch(batch, member, flying.migrationId(), now).givenUp = Optional.of(now);
    pen.write(
        BatchRecord.newBuilder()
            .setBatchId(batch.id())
            .setAborted(
                MemberAborted.newBuilder()
                    .setMember(member.index())
                    .setTooLate(Ends.isTooLate(verdict))
                    .setMessage(Ends.words(verdict))
                    .setOutcome(as.word())),
        now);
    // Wakes the one who works on it; what decides stands in the log.
    out.request(member.host(), Asks.abort(flying.migrationId(), reason));
  }

  private void byTheLog(
      Batch batch, Member member, Now.Flying flying, Outcome as, String reason, Instant now) {
    Verdict verdict = out.abort(flying.migrationId(), reason);
    Outcome outcome = Ends.of(verdict, as);
    Watch watch = watch(batch, member, flying.migrationId(), now);
    Event end = Event.newBuilder().setMessage(reason + "; " + Ends.words(verdict)).build();
    end(watch, member, flying.attempt(), outcome, end, now);
    if (outcome != Outcome.IN_DOUBT) {
      watches.remove(flying.migrationId());
    }
  }

  private void end(Watch watch, Member member, int attempt, GivenUp givenUp, Instant now) {
    Event end = Event.newBuilder().setMessage(givenUp.message()).build();
    end(watch, member, attempt, givenUp.outcome(), end, now);
  }

  private void end(
      Watch watch, Member member, int attempt, Outcome outcome, Event event, Instant now) {
    List<Reason> refusals =
        outcome == Outcome.SUCCEEDED ? List.of() : new ArrayList<>(watch.refusals);
    pen.write(
        BatchRecord.newBuilder()
            .setBatchId(watch.place.batch())
            .setEnded(
                MemberEnded.newBuilder()
                    .setMember(member.index())
                    .setAttempt(attempt)
                    .setOutcome(outcome.word())
                    .setMessage(event.getMessage())
                    .addAllRefusals(refusals)
                    .setFrozenMs(Ends.frozenMs(event))
                    .setBytes(Ends.bytes(event))
                    .setForecastMs(watch.forecastMs)),
        now);
  }

  private Member member(Watch watch) {
    return ledger
        .find(watch.place.batch())
        .orElseThrow()
        .roster()
        .members()
        .get(watch.place.member());
  }

  private static boolean isPast(Instant since, Duration most, Instant now) {
    return Duration.between(since, now).compareTo(most) > 0;
  }
}
