package io.godwit.cli;

import io.godwit.batch.plan.View;
import io.godwit.batch.spec.Outcome;
import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Member;
import io.godwit.batch.state.Stage;
import io.godwit.batch.state.Stage.Hold;
import io.godwit.contract.BatchRecord;
import io.godwit.contract.BatchRequest;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Topic;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Asks for a batch and follows it to its end, or to where a person is asked for. */
final class BatchFollowing {
  private static final Duration HINT_AFTER = Duration.ofSeconds(30);

  private final Connection connection;
  private final Clock clock;
  private final boolean json;

  BatchFollowing(Connection connection, Clock clock, boolean json) {
    this.connection = connection;
    this.clock = clock;
    this.json = json;
  }

  /** Publishes a word on a batch. */
  static void say(Connection connection, Clock clock, String batch, BatchRecord.Builder word) {
    try (KafkaMessaging kafka = KafkaMessaging.of(connection.settings())) {
      kafka
          .publisher()
          .publish(
              Topic.BATCHES,
              batch,
              word.setBatchId(batch)
                  .setAtMs(clock.millis())
                  .setBy(System.getProperty("user.name", ""))
                  .build());
    }
  }

  /**
   * Runs one.
   *
   * @param wait false: only asks for it
   */
  ExitStatus run(BatchRequest.Builder request, boolean wait) {
    String id = UUID.randomUUID().toString();
    Instant asked = clock.instant();
    Batches batches = Batches.read(connection);
    try (TopicReader<BatchRecord> reader = connection.read(Topic.BATCHES, BatchRecord.parser())) {
      say(connection, clock, id, BatchRecord.newBuilder().setRequest(request.setBatchId(id)));
      if (!json) {
        System.out.printf("Batch %s%n", id);
      }
      if (!wait) {
        return ExitStatus.DONE;
      }
      reader.readAll().forEach(record -> take(batches, id, record, false));
      return follow(reader, batches, id, asked);
    }
  }

  private ExitStatus follow(
      TopicReader<BatchRecord> reader, Batches batches, String id, Instant asked) {
    boolean hinted = false;
    while (true) {
      reader.poll().forEach(record -> take(batches, id, record, true));
      Optional<Batch> batch = batches.ledger().find(id);
      if (batch.isPresent() && isOver(batch.get())) {
        return conclude(batches, batch.get());
      }
      boolean silent = batch.map(one -> one.stage() instanceof Stage.Asked).orElse(true);
      if (silent && !hinted && clock.instant().isAfter(asked.plus(HINT_AFTER))) {
        hinted = true;
        System.err.println(
            "No batch controller has answered yet. Does one run (bin/batch-controller)? What was asked for stands in the topic.");
      }
    }
  }

  private static boolean isOver(Batch batch) {
    return batch.isOver()
        || (batch.hold() instanceof Hold.Stopped && batch.roster().flying().isEmpty());
  }

  private void take(Batches batches, String id, BatchRecord record, boolean aloud) {
    batches.ledger().apply(record);
    Optional<Batch> batch =
        batches.ledger().find(id).filter(_ -> aloud && !json && record.getBatchId().equals(id));
    if (batch.isEmpty()) {
      return;
    }
    switch (record.getKindCase()) {
      case BEGUN -> unmovable(batch.get());
      case STARTED -> {
        Member member = batch.get().roster().members().get(record.getStarted().getMember());
        System.out.printf(
            "wave %d: %s from %s to %s%n",
            member.wave() + 1, member.name(), member.host(), record.getStarted().getDevice());
      }
      case ENDED -> {
        Member member = batch.get().roster().members().get(record.getEnded().getMember());
        System.out.printf(
            "wave %d: %s %s: %s%n",
            member.wave() + 1,
            member.name(),
            record.getEnded().getOutcome(),
            record.getEnded().getMessage().replace('\n', ' '));
      }
      case HELD -> System.out.println("Held: " + record.getHeld().getReason());
      case PASSED -> System.out.printf("Wave %d is over.%n", record.getPassed().getWave() + 1);
      case PLANNED -> {
        if (record.getPlanned().getComplete()) {
          System.out.printf(
              "%d members in %d waves; their hosts look at them.%n",
              batch.get().roster().members().size(), batch.get().roster().waves().size());
          if (batch.get().wantsApproval()) {
            System.out.printf("It begins after: godwit batch approve %s%n", id);
          }
        }
      }
      case REQUEST,
          PAUSE,
          RESUME,
          ABORT,
          APPROVE,
          RETRY,
          CHECKED,
          LED,
          ABORTED,
          OVER,
          KIND_NOT_SET -> {}
    }
  }

  /** Before anything is moved, with every reason. */
  private static void unmovable(Batch batch) {
    for (Member member : batch.roster().members()) {
      member
          .check()
          .filter(check -> !check.refusals().isEmpty())
          .ifPresent(check -> {
            System.out.printf("Cannot move: %s on %s%n", member.name(), member.host());
            check.refusals().forEach(why -> System.out.println("  " + why.getSentence()));
          });
    }
  }

  private ExitStatus conclude(Batches batches, Batch batch) {
    batches.look(connection);
    View view = batches.view(batch, clock.instant());
    if (json) {
      System.out.println(Json.of(BatchText.tree(view)));
    } else {
      BatchText.print(view, System.out);
    }
    return status(batch);
  }

  /** What a batch amounts to, for scripts. */
  static ExitStatus status(Batch batch) {
    var all = batch.roster().all();
    if (batch.stage() instanceof Stage.Over over && over.how().equals("refused")) {
      return ExitStatus.USAGE;
    }
    if (all.of(Outcome.NOWHERE) > 0) {
      return ExitStatus.RUNS_NOWHERE;
    }
    if (all.of(Outcome.IN_DOUBT) > 0) {
      return ExitStatus.IN_DOUBT;
    }
    boolean unmovable =
        batch.spec().dryRun()
            && batch.roster().members().stream()
                .anyMatch(member ->
                    member.check().map(check -> !check.refusals().isEmpty()).orElse(true)
                        && member.isOpen());
    boolean left = !batch.spec().dryRun() && all.open() > 0;
    return all.failed() > 0 || unmovable || left ? ExitStatus.NOT_MOVED : ExitStatus.DONE;
  }
}
