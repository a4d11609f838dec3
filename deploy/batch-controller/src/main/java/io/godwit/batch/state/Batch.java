package io.godwit.batch.state;

import io.godwit.batch.spec.Outcome;
import io.godwit.batch.spec.Policy;
import io.godwit.batch.spec.Spec;
import io.godwit.batch.spec.SpecReader;
import io.godwit.batch.state.Member.Now;
import io.godwit.batch.state.Stage.Hold;
import io.godwit.contract.BatchHeld;
import io.godwit.contract.BatchMember;
import io.godwit.contract.BatchPlanned;
import io.godwit.contract.BatchRecord;
import io.godwit.contract.BatchRequest;
import io.godwit.contract.ContainerChecked;
import io.godwit.contract.MemberAborted;
import io.godwit.contract.MemberEnded;
import io.godwit.contract.MemberStarted;
import io.godwit.contract.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One batch, as its records make it. A record that comes twice, or out of its turn, changes
 * nothing. A record takes the same time however many members there are. Not for several threads.
 */
public final class Batch {
  private final String id;
  private final Spec spec;
  private final List<String> problems;
  private final Instant askedAt;
  private final String askedBy;
  private final Roster roster = new Roster();

  private Stage stage = new Stage.Asked();
  private Hold hold = new Hold.None();
  private boolean approved;
  private int unchecked;
  private int wave;
  private Instant lastStart = Instant.EPOCH;
  private Instant goesOnSince = Instant.EPOCH;

  private Batch(BatchRequest request, Instant askedAt, String askedBy) {
    SpecReader.Reading reading = SpecReader.read(request);
    this.id = request.getBatchId();
    this.spec = reading.spec();
    this.problems = reading.problems();
    this.askedAt = askedAt;
    this.askedBy = askedBy;
  }

  static Batch asked(BatchRequest request, Instant at, String by) {
    return new Batch(request, at, by);
  }

  /** Whether the record says something new. */
  boolean apply(BatchRecord record) {
    Instant at = Instant.ofEpochMilli(record.getAtMs());
    return switch (record.getKindCase()) {
      case PAUSE -> hold(new Hold.Paused(record.getBy(), record.getPause().getReason()));
      case RESUME -> resume(at);
      case ABORT -> hold(new Hold.Aborting(record.getBy(), record.getAbort().getReason()));
      case APPROVE -> approve();
      case RETRY -> retry(record.getRetry().getMembersList(), at);
      case CHECKED -> check(record.getChecked());
      case PLANNED -> join(record.getPlanned(), at);
      case BEGUN -> begin(at);
      case STARTED -> start(record.getStarted(), at);
      case ENDED -> end(record.getEnded(), at);
      case ABORTED -> giveUp(record.getAborted());
      case PASSED -> pass(record.getPassed().getWave());
      case HELD -> hold(record.getHeld());
      case OVER -> over(record, at);
      case REQUEST, LED, KIND_NOT_SET -> false;
    };
  }

  /** An abort stays; of the rest the last holds. */
  private boolean hold(Hold next) {
    if (isOver() || hold instanceof Hold.Aborting) {
      return false;
    }
    hold = next;
    return true;
  }

  /** The controller's: a person's word stands before it. */
  private boolean hold(BatchHeld held) {
    return hold instanceof Hold.None
        && hold(
            switch (held.getHow()) {
              case GATE -> new Hold.AtGate(held.getReason());
              case STOPPED, UNRECOGNIZED -> new Hold.Stopped(held.getReason());
            });
  }

  private boolean resume(Instant at) {
    if (isOver()) {
      return false;
    }
    goesOnSince = at;
    Hold before = hold;
    return switch (before) {
      case Hold.None _, Hold.Aborting _ -> false;
      case Hold.Paused _ -> released();
      case Hold.Stopped _ -> {
        roster.forgive();
        yield released();
      }
      case Hold.AtGate _ -> pass(wave) && released();
    };
  }

  private boolean released() {
    hold = new Hold.None();
    return true;
  }

  private boolean approve() {
    boolean first = !approved;
    approved = true;
    return first;
  }

  private boolean join(BatchPlanned planned, Instant at) {
    if (isOver()) {
      return false;
    }
    for (BatchMember one : planned.getMembersList()) {
      if (one.getIndex() == roster.members().size()) {
        boolean leftOut = spec.policy(one.getPolicy()).skipped();
        roster.join(
            Member.planned(one, leftOut ? new Now.LeftOut() : new Now.Waiting(0, Instant.EPOCH)));
        unchecked += leftOut ? 0 : 1;
      }
    }
    if (planned.getComplete() && stage instanceof Stage.Asked) {
      stage = new Stage.Checking(at);
    }
    return true;
  }

  private boolean check(ContainerChecked checked) {
    Optional<Member> member =
        roster
            .find(checked.getMember())
            .filter(one -> one.check().isEmpty() && one.host().equals(checked.getHost()));
    if (!(stage instanceof Stage.Checking) || member.isEmpty()) {
      return false;
    }
    unchecked--;
    roster.replace(member.get().with(checked));
    return true;
  }

  /** Those that cannot move are at their end here, before anything is touched. */
  private boolean begin(Instant at) {
    if (!(stage instanceof Stage.Checking)) {
      return false;
    }
    stage = new Stage.Running(at);
    goesOnSince = at;
    for (Member member : List.copyOf(roster.members())) {
      List<Reason> refusals = member.check().map(Member.Check::refusals).orElse(List.of());
      if (!refusals.isEmpty() && member.isOpen()) {
        String first = refusals.getFirst().getSentence();
        end(
            member,
            new Now.Done(
                0, member.device(), "", Outcome.REFUSED, first, refusals, Member.Figures.NONE, at));
      }
    }
    return true;
  }

  private boolean start(MemberStarted started, Instant at) {
    Optional<Member> member = roster.find(started.getMember());
    if (isOver()
        || member.isEmpty()
        || !(member.get().now() instanceof Now.Waiting(int attempts, Instant _))
        || started.getAttempt() != attempts + 1) {
      return false;
    }
    roster.start(
        member.get(),
        new Now.Flying(
            started.getAttempt(),
            started.getDevice(),
            started.getMigrationId(),
            at,
            Instant.ofEpochMilli(started.getNotAfterMs()),
            Instant.ofEpochMilli(started.getDeadlineMs()),
            Optional.empty()));
    lastStart = at.isAfter(lastStart) ? at : lastStart;
    return true;
  }

  private boolean end(MemberEnded ended, Instant at) {
    Optional<Member> found = roster.find(ended.getMember());
    if (found.isEmpty()) {
      return false;
    }
    Member member = found.get();
    Outcome outcome = Outcome.find(ended.getOutcome()).orElse(Outcome.IN_DOUBT);
    return switch (member.now()) {
      case Now.Flying flying when flying.attempt() == ended.getAttempt() -> {
        end(member, Now.Done.of(ended, outcome, flying.device(), flying.migrationId(), at));
        yield true;
      }
      // Somebody could say it at last.
      case Now.Done done
          when done.outcome() == Outcome.IN_DOUBT
              && done.attempts() == ended.getAttempt()
              && outcome != Outcome.IN_DOUBT -> {
        roster.undo(member, done);
        roster.end(member, Now.Done.of(ended, outcome, done.device(), done.migrationId(), at));
        yield true;
      }
      case Now.Flying _, Now.Done _, Now.Waiting _, Now.LeftOut _ -> false;
    };
  }

  private void end(Member member, Now.Done done) {
    int attempts = Math.max(1, done.attempts());
    Optional<Duration> retry =
        isOver() || hold instanceof Hold.Aborting
            ? Optional.empty()
            : spec.retries()
                .after(
                    done.outcome(),
                    done.refusals().stream().map(Reason::getKind).toList(),
                    attempts);
    retry.ifPresentOrElse(
        wait -> roster.wait(member, done, new Now.Waiting(attempts, done.at().plus(wait))),
        () -> roster.end(member, done));
  }

  private boolean giveUp(MemberAborted aborted) {
    Optional<Member> member = roster.find(aborted.getMember());
    if (member.isEmpty() || !(member.get().now() instanceof Now.Flying flying)) {
      return false;
    }
    Outcome outcome = Outcome.find(aborted.getOutcome()).orElse(Outcome.ABORTED);
    roster.set(
        member
            .get()
            .with(
                flying.with(
                    new Member.GivenUp(outcome, aborted.getTooLate(), aborted.getMessage()))));
    return true;
  }

  private boolean pass(int number) {
    if (number != wave) {
      return false;
    }
    wave++;
    return true;
  }

  private boolean over(BatchRecord record, Instant at) {
    if (isOver()) {
      return false;
    }
    stage = new Stage.Over(record.getOver().getHow(), record.getOver().getMessagesList(), at);
    return true;
  }

  /**
   * As a wave of their own, behind all others. A batch that has ended or was stopped runs again; of
   * one that has ended those that had not begun move, too.
   */
  private boolean retry(List<Integer> asked, Instant at) {
    if (spec.dryRun() || !(stage instanceof Stage.Running || isOver())) {
      return false;
    }
    List<Member> candidates =
        asked.isEmpty()
            ? List.copyOf(roster.members())
            : asked.stream().distinct().flatMap(index -> roster.find(index).stream()).toList();
    int next = roster.waves().size();
    int moved = 0;
    for (Member member : candidates) {
      switch (member.now()) {
        case Now.Done done when done.outcome().mayBeAskedAgain() -> {
          roster.undo(member, done);
          roster.move(member, next, new Now.Waiting(done.attempts(), Instant.EPOCH));
          moved++;
        }
        case Now.Waiting waiting when isOver() -> {
          roster.move(member, next, waiting);
          moved++;
        }
        case Now.Done _, Now.Waiting _, Now.Flying _, Now.LeftOut _ -> {}
      }
    }
    if (moved == 0) {
      return false;
    }
    roster.forgive();
    goesOnSince = at;
    if (isOver()) {
      stage = new Stage.Running(at);
      wave = next;
      hold = new Hold.None();
    } else if (hold instanceof Hold.Stopped) {
      hold = new Hold.None();
    }
    return true;
  }

  public String id() {
    return id;
  }

  public Spec spec() {
    return spec;
  }

  /** What is wrong with the request; empty: nothing. */
  public List<String> problems() {
    return problems;
  }

  public Instant askedAt() {
    return askedAt;
  }

  public String askedBy() {
    return askedBy;
  }

  public Stage stage() {
    return stage;
  }

  public Hold hold() {
    return hold;
  }

  public boolean isOver() {
    return stage instanceof Stage.Over;
  }

  /** Whether it wants a word that has not been said. */
  public boolean wantsApproval() {
    return spec.approval() && !approved;
  }

  public Roster roster() {
    return roster;
  }

  /** How many have not been looked at by their hosts. */
  public int unchecked() {
    return unchecked;
  }

  /** The wave that moves, counted from 0; as many as there are: none any more. */
  public int wave() {
    return wave;
  }

  /** When it asked for its last migration; {@link Instant#EPOCH}: for none. */
  public Instant lastStart() {
    return lastStart;
  }

  /** When it began, or a person last let it go on. */
  public Instant goesOnSince() {
    return goesOnSince;
  }

  /** Of the wave that moves. */
  public Tally waveTally() {
    return wave < roster.waves().size() ? roster.waves().get(wave) : new Tally();
  }

  /** Why its rule stops it now. */
  public Optional<String> stopReached() {
    Tally all = roster.all();
    Tally now = waveTally();
    return spec.stop()
        .reached(
            all.failed(spec.stop()),
            all.ended(spec.stop()),
            now.failed(spec.stop()),
            now.ended(spec.stop()));
  }

  /** How a member moves. */
  public Policy policyOf(Member member) {
    return spec.policy(member.policy());
  }
}
