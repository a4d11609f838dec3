package io.godwit.checkpointer.work;

import io.godwit.contract.PhaseTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/** The phases that this service times, in their order. */
public enum PhaseName {
  /** Looking for reasons why not; uploading twins. */
  PREFLIGHT("preflight", false),
  /** Image and writable layer go ahead. */
  SEND_AHEAD("send ahead", false),
  /** All memory goes ahead. */
  MEMORY_AHEAD("memory ahead", false),
  /** Memory goes ahead that was written since, in as many rounds as pay. */
  MEMORY_AGAIN("memory since", false),
  /** The device rehearses. */
  REHEARSAL("rehearsal", false),
  /** Until every process is at its migration point. */
  PARK("park", false),
  /** CRIU dumps. */
  DUMP("dump", true),
  /** Images and changed files go to the blob store. */
  UPLOAD("upload", true);

  private final String label;
  private final boolean frozen;

  PhaseName(String label, boolean frozen) {
    this.label = label;
    this.frozen = frozen;
  }

  /** As in records. */
  String label() {
    return label;
  }

  /** Whether this service has timed it. */
  static boolean isOurs(PhaseTime phase) {
    return Arrays.stream(values()).anyMatch(one -> one.label.equals(phase.getPhase()));
  }

  PhaseTime time(Instant from, Instant to, long bytes) {
    return PhaseTime.newBuilder()
        .setPhase(label)
        .setBeginMs(from.toEpochMilli())
        .setDurationMs(Math.max(0, Duration.between(from, to).toMillis()))
        .setBytes(bytes)
        .setFrozen(frozen)
        .build();
  }
}
