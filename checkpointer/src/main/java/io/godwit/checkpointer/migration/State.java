package io.godwit.checkpointer.migration;

import io.godwit.contract.Phase;
import java.util.Arrays;

/**
 * Where a migration stands, as far as its source host can know. Converting, Converted and Restoring
 * are the converter's and the agent's to say: from here they are all Checkpointed or Claimed.
 */
public enum State {
  /** Accepted and journaled. */
  PENDING(Phase.PENDING),
  /** Looking for reasons why it cannot be; nothing is touched. */
  PREFLIGHT(Phase.PREFLIGHT),
  /** The device tries the container out; nothing is touched. */
  REHEARSING(Phase.REHEARSING),
  /** Parking, dumping and uploading. */
  CHECKPOINTING(Phase.CHECKPOINTING),
  /** Everything is uploaded; from here on the decision log decides. */
  CHECKPOINTED(Phase.CHECKPOINTED),
  /** A device's Claim came first. */
  CLAIMED(Phase.CLAIMED),
  /** A Claim came first and nobody says how it ended. */
  IN_DOUBT(Phase.IN_DOUBT),
  /** The container runs on the device. */
  SUCCEEDED(Phase.SUCCEEDED),
  /** It will not run on the device; what was done to the source is undone. */
  FAILED(Phase.FAILED),
  /** An Abort came first; what was done to the source is undone. */
  ABORTED(Phase.ABORTED),
  /** The source runs again. */
  ROLLED_BACK(Phase.ROLLED_BACK);

  private final Phase phase;

  State(Phase phase) {
    this.phase = phase;
  }

  /** This state in events and in the journal. */
  public Phase phase() {
    return phase;
  }

  /**
   * The state of a journal entry.
   *
   * @throws IllegalArgumentException when it is none that this version knows
   */
  public static State of(Phase phase) {
    return Arrays.stream(values())
        .filter(state -> state.phase == phase)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("not a state of a checkpointer: " + phase));
  }
}
