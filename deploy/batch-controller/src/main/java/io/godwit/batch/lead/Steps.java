package io.godwit.batch.lead;

import io.godwit.batch.plan.Planner;
import io.godwit.batch.spec.Gate;
import io.godwit.batch.spec.Outcome;
import io.godwit.batch.spec.Window;
import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Fleet;
import io.godwit.batch.state.Host;
import io.godwit.batch.state.Member;
import io.godwit.batch.state.Member.Now;
import io.godwit.batch.state.Roster;
import io.godwit.batch.state.Stage;
import io.godwit.batch.state.Stage.Hold;
import io.godwit.batch.state.Tally;
import io.godwit.contract.BatchAbort;
import io.godwit.contract.BatchBegun;
import io.godwit.contract.BatchHeld;
import io.godwit.contract.BatchMember;
import io.godwit.contract.BatchOver;
import io.godwit.contract.BatchPlanned;
import io.godwit.contract.BatchRecord;
import io.godwit.contract.CheckRequest;
import io.godwit.contract.ContainerChecked;
import io.godwit.contract.Reason;
import io.godwit.contract.Request;
import io.godwit.contract.WavePassed;
import io.godwit.refusal.RefusalKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Takes a whole batch from stage to stage, and from wave to wave. */
final class Steps {
  /** Members in one record; some hundred bytes each, and a record may have 8 MiB. */
  private static final int CHUNK = 1000;

  /** Containers in one question to a host. */
  private static final int QUESTION = 100;

  /** Hosts that have not answered are asked again after so long. */
  private static final Duration BETWEEN_QUESTIONS = Duration.ofSeconds(30);

  private static final Duration BETWEEN_LOOKS_FOR_NEWCOMERS = Duration.ofSeconds(15);

  private final Fleet fleet;
  private final Pen pen;
  private final Flights flights;
  private final Out out;
  private final Map<String, Instant> asked = new HashMap<>();
  private final Map<String, Instant> looked = new HashMap<>();

  Steps(Fleet fleet, Pen pen, Flights flights, Out out) {
    this.fleet = fleet;
    this.pen = pen;
    this.flights = flights;
    this.out = out;
  }

  /** Whether something was said of the batch; then nothing else is to be decided for it yet. */
  boolean advance(Batch batch, Instant now) {
    return switch (batch.stage()) {
      case Stage.Asked _ -> isAborted(batch, now) || plan(batch, now);
      case Stage.Checking(Instant since) -> isAborted(batch, now) || check(batch, since, now);
      case Stage.Running(Instant since) -> run(batch, since, now);
      case Stage.Over _ -> false;
    };
  }

  /** With nothing under way an abort is the end. */
  private boolean isAborted(Batch batch, Instant now) {
    return batch.hold() instanceof Hold.Aborting
        && over(batch, "aborted", List.of("nothing had begun"), now);
  }

  private boolean plan(Batch batch, Instant now) {
    if (!batch.problems().isEmpty()) {
      return over(batch, "refused", batch.problems(), now);
    }
    List<BatchMember> members = new Planner(fleet, now).members(batch);
    if (members.isEmpty()) {
      return over(
          batch,
          "refused",
          List.of(
              "no container that runs is selected; hosts that are known: "
                  + String.join(", ", fleet.hosts().stream().map(Host::name).toList())),
          now);
    }
    plan(batch, members, now);
    return true;
  }

  private void plan(Batch batch, List<BatchMember> members, Instant now) {
    for (int from = 0; from < members.size(); from += CHUNK) {
      int to = Math.min(from + CHUNK, members.size());
      write(
          batch,
          BatchRecord.newBuilder()
              .setPlanned(
                  BatchPlanned.newBuilder()
                      .addAllMembers(members.subList(from, to))
                      .setComplete(to == members.size())),
          now);
    }
  }

  private boolean check(Batch batch, Instant since, Instant now) {
    boolean late = now.isAfter(since.plus(batch.spec().timeouts().start()));
    if (batch.unchecked() > 0 && !late) {
      return ask(batch, now);
    }
    asked.remove(batch.id());
    if (batch.spec().dryRun()) {
      return over(batch, "checked", List.of("nothing was touched"), now);
    }
    if (batch.wantsApproval() || !(batch.hold() instanceof Hold.None)) {
      return false;
    }
    return write(batch, BatchRecord.newBuilder().setBegun(BatchBegun.getDefaultInstance()), now);
  }

  /** Hosts look at their containers; those that no device takes need not be looked at. */
  private boolean ask(Batch batch, Instant now) {
    Instant last = asked.getOrDefault(batch.id(), Instant.EPOCH);
    if (now.isBefore(last.plus(BETWEEN_QUESTIONS))) {
      return false;
    }
    asked.put(batch.id(), now);
    boolean said = false;
    Map<String, CheckRequest.Builder> questions = new TreeMap<>();
    for (Member member : batch.roster().members()) {
      if (member.check().isPresent() || !(member.now() instanceof Now.Waiting)) {
        continue;
      }
      if (member.device().isEmpty()) {
        said = write(batch, unplaced(member), now);
        continue;
      }
      CheckRequest.Builder question =
          questions.computeIfAbsent(
              member.host(), _ -> CheckRequest.newBuilder().setBatchId(batch.id()));
      question.addItems(Asks.check(batch, member));
      if (question.getItemsCount() == QUESTION) {
        send(member.host(), question);
        questions.remove(member.host());
      }
    }
    questions.forEach(this::send);
    return said;
  }

  private void send(String host, CheckRequest.Builder question) {
    out.request(host, Request.newBuilder().setCheck(question).build());
  }

  private static BatchRecord.Builder unplaced(Member member) {
    ContainerChecked.Builder checked =
        ContainerChecked.newBuilder()
            .setMember(member.index())
            .setHost(member.host())
            .setMemoryBytes(member.memoryBytes());
    for (String reason : member.reasons()) {
      checked.addRefusals(
          Reason.newBuilder()
              .setKind(RefusalKind.DEVICE_UNFIT.word())
              .setSubject(member.name())
              .setSentence("No device takes %s: %s.".formatted(member.name(), reason)));
    }
    return BatchRecord.newBuilder().setChecked(checked);
  }

  private boolean run(Batch batch, Instant since, Instant now) {
    if (batch.hold() instanceof Hold.Aborting(String _, String reason)) {
      return abort(batch, reason, now);
    }
    Duration longest = batch.spec().timeouts().batch();
    if (now.isAfter(since.plus(longest))) {
      return abortBy(batch, "it has taken longer than %d h".formatted(longest.toHours()), now);
    }
    if (!(batch.hold() instanceof Hold.None)) {
      return false;
    }
    Optional<String> stop =
        batch.waveTally().open() > 0 || hasMore(batch) ? batch.stopReached() : Optional.empty();
    if (stop.isPresent()) {
      return held(batch, BatchHeld.How.STOPPED, stop.get(), now);
    }
    return closed(batch, now)
        || (batch.spec().follow() && newcomers(batch, now))
        || wave(batch, now);
  }

  private boolean abort(Batch batch, String reason, Instant now) {
    boolean said = false;
    for (Member member : List.copyOf(batch.roster().flying())) {
      if (member.now() instanceof Now.Flying flying && flying.givenUp().isEmpty()) {
        String why = reason.isEmpty() ? "the batch is aborted" : reason;
        flights.giveUp(batch, member, Outcome.ABORTED, why, now);
        said = true;
      }
    }
    return said
        || (batch.roster().flying().isEmpty() && over(batch, "aborted", summary(batch), now));
  }

  /** Of its window, since it began or a person let it go on. */
  private boolean closed(Batch batch, Instant now) {
    Optional<Window> window = batch.spec().window();
    if (window.isEmpty() || window.get().end() == Window.End.FINISH) {
      return false;
    }
    Optional<Instant> closed = window.get().at(now, batch.goesOnSince()).closed();
    if (closed.isEmpty()) {
      return false;
    }
    String reason = "its window closed at " + closed.get();
    return window.get().end() == Window.End.ABORT
        ? abortBy(batch, reason, now)
        : held(batch, BatchHeld.How.STOPPED, reason, now);
  }

  private boolean newcomers(Batch batch, Instant now) {
    Instant last = looked.getOrDefault(batch.id(), Instant.EPOCH);
    if (now.isBefore(last.plus(BETWEEN_LOOKS_FOR_NEWCOMERS))) {
      return false;
    }
    looked.put(batch.id(), now);
    List<BatchMember> members = new Planner(fleet, now).newcomers(batch);
    if (members.isEmpty()) {
      return false;
    }
    plan(batch, members, now);
    return true;
  }

  private static boolean hasMore(Batch batch) {
    return batch.wave() + 1 < batch.roster().waves().size();
  }

  private boolean wave(Batch batch, Instant now) {
    Tally wave = batch.waveTally();
    if (wave.open() > 0) {
      return false;
    }
    if (!hasMore(batch)) {
      // One that follows may get another wave at any time.
      return !batch.spec().follow() && over(batch, "finished", summary(batch), now);
    }
    if (wave.size() == 0) {
      return pass(batch, now);
    }
    Gate gate = batch.spec().gate();
    if (now.isBefore(wave.lastEnd().plus(gate.soak()))) {
      return false;
    }
    int number = batch.wave() + 1;
    if (gate.query().isPresent()) {
      Optional<Gate.Answer> answer = out.ask(batch.id(), batch.wave(), gate.query().get());
      if (answer.isEmpty()) {
        return false;
      }
      if (answer.get() instanceof Gate.Answer.Not(String why)) {
        return held(
            batch,
            BatchHeld.How.GATE,
            "the gate behind wave %d is shut: %s".formatted(number, why),
            now);
      }
    }
    return gate.pauses()
        ? held(
            batch,
            BatchHeld.How.GATE,
            "wave %d is over; waits for: godwit batch resume %s".formatted(number, batch.id()),
            now)
        : pass(batch, now);
  }

  private boolean pass(Batch batch, Instant now) {
    return write(
        batch,
        BatchRecord.newBuilder().setPassed(WavePassed.newBuilder().setWave(batch.wave())),
        now);
  }

  private static List<String> summary(Batch batch) {
    Roster roster = batch.roster();
    List<String> lines = new ArrayList<>();
    for (Outcome outcome : Outcome.values()) {
      if (roster.all().of(outcome) > 0) {
        lines.add("%d %s".formatted(roster.all().of(outcome), outcome.word()));
      }
    }
    if (roster.all().open() > 0) {
      lines.add("%d not begun".formatted(roster.all().open()));
    }
    return lines;
  }

  private boolean held(Batch batch, BatchHeld.How how, String reason, Instant now) {
    return write(
        batch,
        BatchRecord.newBuilder().setHeld(BatchHeld.newBuilder().setHow(how).setReason(reason)),
        now);
  }

  private boolean abortBy(Batch batch, String reason, Instant now) {
    return write(
        batch, BatchRecord.newBuilder().setAbort(BatchAbort.newBuilder().setReason(reason)), now);
  }

  private boolean over(Batch batch, String how, List<String> messages, Instant now) {
    return write(
        batch,
        BatchRecord.newBuilder()
            .setOver(BatchOver.newBuilder().setHow(how).addAllMessages(messages)),
        now);
  }

  private boolean write(Batch batch, BatchRecord.Builder word, Instant now) {
    pen.write(word.setBatchId(batch.id()), now);
    return true;
  }
}
