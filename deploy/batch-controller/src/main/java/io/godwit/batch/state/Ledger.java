package io.godwit.batch.state;

import io.godwit.contract.BatchRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * All that the topic says, in its order. What a leader says after another has taken over is
 * nothing, so a leader that was away for a while and wakes up does no harm: it reads its own words
 * back before it acts on them. Not for several threads.
 */
public final class Ledger {
  private final Map<String, Batch> batches = new LinkedHashMap<>();
  private long epoch;

  /** Whether the record says something. */
  public boolean apply(BatchRecord record) {
    if (isOfALeader(record)) {
      if (record.getEpoch() < epoch || (record.hasLed() && record.getEpoch() == epoch)) {
        return false;
      }
      epoch = record.getEpoch();
    }
    if (record.hasLed()) {
      return true;
    }
    if (record.hasRequest()) {
      return batches.putIfAbsent(
              record.getBatchId(),
              Batch.asked(
                  record.getRequest().toBuilder().setBatchId(record.getBatchId()).build(),
                  Instant.ofEpochMilli(record.getAtMs()),
                  record.getBy()))
          == null;
    }
    // One whose request the topic has forgotten is forgotten with it.
    return find(record.getBatchId()).map(batch -> batch.apply(record)).orElse(false);
  }

  private static boolean isOfALeader(BatchRecord record) {
    return switch (record.getKindCase()) {
      case LED, PLANNED, BEGUN, STARTED, ENDED, ABORTED, PASSED, HELD, OVER -> true;
      case REQUEST, PAUSE, RESUME, ABORT, APPROVE, RETRY, CHECKED, KIND_NOT_SET -> false;
    };
  }

  /** Of the latest leader; 0: there has been none. */
  public long epoch() {
    return epoch;
  }

  /** In the order in which they were asked for. */
  public Collection<Batch> batches() {
    return batches.values();
  }

  public Optional<Batch> find(String id) {
    return Optional.ofNullable(batches.get(id));
  }
}
