package io.godwit.batch.plan;

import io.godwit.batch.spec.Outcome;
import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Fleet;
import io.godwit.batch.state.Ledger;
import io.godwit.batch.state.Member;
import io.godwit.batch.state.Member.Now;
import io.godwit.batch.state.Stage;
import io.godwit.batch.state.Tally;
import io.godwit.contract.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A batch as people see it, on whatever page: plain values, made anew from what holds at a moment.
 *
 * @param stage one word: asked, checking, running, or how it ended
 * @param messages what was said at its end
 * @param wave that moves, counted from 1
 * @param about how long what is left takes at least, as far as predictions go
 */
public record View(
    String id,
    String name,
    String by,
    Instant askedAt,
    String stage,
    List<String> messages,
    int wave,
    List<Wave> waves,
    List<Wait> waits,
    List<Line> members,
    Duration about) {
  /** What sending files and rehearsing take beside the bytes: a guess for predictions. */
  private static final Duration OVERHEAD = Duration.ofSeconds(20);

  private static final double BYTES_PER_MS = 50_000;

  public View {
    messages = List.copyOf(messages);
    waves = List.copyOf(waves);
    waits = List.copyOf(waits);
    members = List.copyOf(members);
  }

  /** One wave; failed ones are those that ended otherwise than well. */
  public record Wave(int number, int size, int open, int succeeded, int failed) {}

  /**
   * One member.
   *
   * @param device where it is, goes, or was to go
   * @param state waiting, under-way, left-out, or the word of its outcome
   * @param predictedMs how long it would stand still: by its rehearsal, else by a look; 0: not told
   * @param frozenMs how long it stood still; 0: it did not, or not yet
   */
  public record Line(
      int index,
      String name,
      String host,
      String device,
      int wave,
      String state,
      int attempts,
      String migrationId,
      String way,
      long predictedMs,
      long frozenMs,
      long bytes,
      String message,
      List<String> reasons,
      List<String> warnings) {
    public Line {
      reasons = List.copyOf(reasons);
      warnings = List.copyOf(warnings);
    }
  }

  /** Of one batch. */
  public static View of(Batch batch, Ledger ledger, Fleet fleet, Instant now) {
    List<Wave> waves = new ArrayList<>();
    for (Tally tally : batch.roster().waves()) {
      waves.add(
          new Wave(
              waves.size() + 1,
              tally.size(),
              tally.open(),
              tally.of(Outcome.SUCCEEDED),
              tally.failed()));
    }
    return new View(
        batch.id(),
        batch.spec().name(),
        batch.askedBy(),
        batch.askedAt(),
        stage(batch.stage()),
        batch.stage() instanceof Stage.Over over ? over.messages() : List.of(),
        Math.min(batch.wave() + 1, Math.max(1, waves.size())),
        waves,
        Waits.of(batch, ledger.batches(), fleet, now),
        batch.roster().members().stream().map(View::line).toList(),
        about(batch));
  }

  private static String stage(Stage stage) {
    return switch (stage) {
      case Stage.Asked _ -> "asked";
      case Stage.Checking _ -> "checking";
      case Stage.Running _ -> "running";
      case Stage.Over over -> over.how();
    };
  }

  private static Line line(Member member) {
    String way = member.check().map(Member.Check::way).orElse("");
    long freeze = member.check().map(Member.Check::freezeMs).orElse(0L);
    long bytes = member.check().map(Member.Check::bytes).orElse(0L);
    List<String> warnings = member.check().map(Member.Check::warnings).orElse(List.of());
    List<String> found =
        member.check().map(check -> sentences(check.refusals())).orElse(member.reasons());
    return switch (member.now()) {
      case Now.Waiting waiting ->
          line(
              member,
              member.device(),
              "waiting",
              waiting.attempts(),
              "",
              way,
              freeze,
              0,
              bytes,
              "",
              found.isEmpty() ? member.reasons() : found,
              warnings);
      case Now.LeftOut _ ->
          line(member, "", "left-out", 0, "", way, 0, 0, 0, "", member.reasons(), warnings);
      case Now.Flying flying ->
          line(
              member,
              flying.device(),
              "under-way",
              flying.attempt(),
              flying.migrationId(),
              way,
              freeze,
              0,
              bytes,
              flying.givenUp().map(Member.GivenUp::message).orElse(""),
              List.of(),
              warnings);
      case Now.Done done ->
          line(
              member,
              done.device(),
              done.outcome().word(),
              done.attempts(),
              done.migrationId(),
              way,
              done.figures().forecastMs() > 0 ? done.figures().forecastMs() : freeze,
              done.figures().frozenMs(),
              done.figures().bytes() > 0 ? done.figures().bytes() : bytes,
              done.message(),
              sentences(done.refusals()),
              warnings);
    };
  }

  private static Line line(
      Member member,
      String device,
      String state,
      int attempts,
      String migrationId,
      String way,
      long predictedMs,
      long frozenMs,
      long bytes,
      String message,
      List<String> reasons,
      List<String> warnings) {
    return new Line(
        member.index(),
        member.name(),
        member.host(),
        device,
        member.wave() + 1,
        state,
        attempts,
        migrationId,
        way,
        predictedMs,
        frozenMs,
        bytes,
        message,
        reasons,
        warnings);
  }

  private static List<String> sentences(List<Reason> reasons) {
    return reasons.stream()
        .map(reason ->
            reason.getRemedy().isEmpty()
                ? reason.getSentence()
                : reason.getSentence() + " " + reason.getRemedy())
        .toList();
  }

  /** Wave by wave: what its members take, so many at a time, and the soak between. */
  private static Duration about(Batch batch) {
    Duration all = Duration.ZERO;
    long[] millis = new long[batch.roster().waves().size()];
    int[] moving = new int[millis.length];
    for (Member member : batch.roster().members()) {
      boolean movable = member.check().map(check -> check.refusals().isEmpty()).orElse(true);
      if (member.isOpen() && movable) {
        long bytes = member.check().map(Member.Check::bytes).orElse(member.memoryBytes());
        millis[member.wave()] += OVERHEAD.toMillis() + (long) (bytes / BYTES_PER_MS);
        moving[member.wave()]++;
      }
    }
    for (int wave = 0; wave < millis.length; wave++) {
      if (moving[wave] > 0) {
        int beside = Math.min(moving[wave], batch.spec().limits().overall());
        int members = moving[wave];
        Duration byRate =
            batch
                .spec()
                .rate()
                .map(rate -> rate.between(0).multipliedBy(members))
                .orElse(Duration.ZERO);
        Duration byLimit = Duration.ofMillis(millis[wave] / beside);
        all = all.plus(byRate.compareTo(byLimit) > 0 ? byRate : byLimit);
        all = wave > 0 ? all.plus(batch.spec().gate().soak()) : all;
      }
    }
    return all;
  }
}
