package io.godwit.checkpointer.migration;

import io.godwit.contract.Phase;
import java.util.Arrays;

/**
 * The names of the states of a {@link Migration}. Converting, Converted and Restoring are the
 * converter's and the agent's to say: from here they are all Frozen or Claimed.
 */
public enum State {
  PENDING(Phase.PENDING),
  PREFLIGHT(Phase.PREFLIGHT),
  REHEARSING(Phase.REHEARSING),
  FREEZING(Phase.FREEZING),
  FROZEN(Phase.FROZEN),
  CLAIMED(Phase.CLAIMED),
  IN_DOUBT(Phase.IN_DOUBT),
  SUCCEEDED(Phase.SUCCEEDED),
  FAILED(Phase.FAILED),
  ABORTED(Phase.ABORTED),
  SOURCE_DOWN(Phase.SOURCE_DOWN),
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
