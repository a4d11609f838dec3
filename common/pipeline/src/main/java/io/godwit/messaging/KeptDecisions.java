package io.godwit.messaging;

import com.google.protobuf.InvalidProtocolBufferException;
import io.godwit.contract.Decision;
import io.godwit.contract.Failed;
import io.godwit.trust.Trust;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decisions of all migrations as they stand in the log; read and written under the tail's lock.
 * They are kept as bytes and parsed when they are asked for: a process holds those of the whole
 * fleet and asks for those of its own. Of one that is very long, what people read is left out.
 */
final class KeptDecisions implements TopicTail.Sink {
  private static final Logger LOG = LoggerFactory.getLogger(KeptDecisions.class);

  /** Bytes of one decision; more is log text and proof. */
  private static final int LONGEST = 16 << 10;

  private static final int LONGEST_REASON = 4 << 10;

  @SuppressWarnings("ArrayRecordComponent") // never compared as records
  private record Kept(long offset, byte[] bytes) {}

  private final Trust trust;
  private final String topic;
  private final Map<String, List<Kept>> byMigration = new HashMap<>();

  /**
   * @param topic the log's name in Kafka
   */
  KeptDecisions(Trust trust, String topic) {
    this.trust = trust;
    this.topic = topic;
  }

  @Override
  public void take(ConsumerRecord<byte[], byte[]> record) {
    try {
      byte[] value = Bytes.orEmpty(record.value());
      Decision decision = Decision.parseFrom(value);
      Optional<String> objection =
          trust.objection(
              topic,
              Bytes.text(record.key()),
              value,
              Optional.ofNullable(record.headers().lastHeader(Trust.HEADER))
                  .map(header -> Bytes.text(header.value())),
              Speakers.of(decision));
      if (objection.isPresent()) {
        LOG.warn(
            "the record {} of the decision log says nothing: {}", record.offset(), objection.get());
        return;
      }
      byMigration
          .computeIfAbsent(decision.getMigrationId(), _ -> new ArrayList<>(2))
          .add(new Kept(record.offset(), bytes(decision)));
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("the record {} of the decision log is none: {}", record.offset(), e.getMessage());
    }
  }

  @Override
  public void clear() {
    byMigration.clear();
  }

  /** Those of one migration, in order. */
  List<Decision> of(String migrationId) {
    return byMigration.getOrDefault(migrationId, List.of()).stream()
        .map(Kept::bytes)
        .map(KeptDecisions::parse)
        .toList();
  }

  int count(String migrationId) {
    return byMigration.getOrDefault(migrationId, List.of()).size();
  }

  /** Whether just this stands at this offset. */
  boolean has(Decision decision, long offset) {
    return byMigration.getOrDefault(decision.getMigrationId(), List.of()).stream()
        .anyMatch(kept -> kept.offset() == offset && Arrays.equals(kept.bytes(), bytes(decision)));
  }

  private static byte[] bytes(Decision decision) {
    return decision.getSerializedSize() <= LONGEST
        ? decision.toByteArray()
        : shortened(decision).toByteArray();
  }

  private static Decision shortened(Decision decision) {
    Decision.Builder shortened = decision.toBuilder();
    switch (decision.getKindCase()) {
      case SUCCEEDED -> shortened.getSucceededBuilder().clearProof().clearPhases();
      case FAILED -> {
        Failed failed = decision.getFailed();
        shortened.getFailedBuilder().clearLog().setReason(cut(failed.getReason()));
      }
      case ABORT -> shortened.getAbortBuilder().setReason(cut(decision.getAbort().getReason()));
      case RESOLVED ->
          shortened.getResolvedBuilder().setReason(cut(decision.getResolved().getReason()));
      case CLAIM, KIND_NOT_SET -> {}
    }
    return shortened.build();
  }

  private static String cut(String reason) {
    return reason.substring(0, Math.min(LONGEST_REASON, reason.length()));
  }

  private static Decision parse(byte[] bytes) {
    try {
      return Decision.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("what was parsed once does not parse again", e);
    }
  }
}
