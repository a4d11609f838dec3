package io.godwit.batch;

import io.godwit.batch.lead.Out;
import io.godwit.batch.spec.Gate;
import io.godwit.contract.Abort;
import io.godwit.contract.BatchRecord;
import io.godwit.contract.Decision;
import io.godwit.contract.Request;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Verdict;
import java.time.Clock;
import java.util.Optional;

/** A leader's hands: Kafka, and Prometheus where one is set. */
final class KafkaOut implements Out {
  private final Publisher publisher;
  private final DecisionLog decisions;
  private final Prometheus prometheus;
  private final Clock clock;

  KafkaOut(Publisher publisher, DecisionLog decisions, Prometheus prometheus, Clock clock) {
    this.publisher = publisher;
    this.decisions = decisions;
    this.prometheus = prometheus;
    this.clock = clock;
  }

  @Override
  public void append(BatchRecord word) {
    publisher.publish(Topic.BATCHES, word.getBatchId(), word);
  }

  @Override
  public void request(String host, Request request) {
    publisher.publish(Topic.REQUESTS, host, request);
  }

  /** The operator's word, which the batch carries out: of every attempt. */
  @Override
  public Verdict abort(String migrationId, String reason) {
    return Verdict.ofLatest(
        decisions.append(
            Decision.newBuilder()
                .setMigrationId(migrationId)
                .setAtMs(clock.millis())
                .setAbort(Abort.newBuilder().setBy(BatchController.SERVICE).setReason(reason))
                .build()));
  }

  @Override
  public Optional<Gate.Answer> ask(String batchId, int wave, String query) {
    return prometheus.ask("%s/%d".formatted(batchId, wave), query);
  }
}
