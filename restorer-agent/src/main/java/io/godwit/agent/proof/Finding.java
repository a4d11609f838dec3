package io.godwit.agent.proof;

import java.util.List;

/** What a look at a container showed. */
public sealed interface Finding {
  /**
   * The restored process runs.
   *
   * @param proof one sentence each
   */
  record Restored(List<String> proof) implements Finding {
    /** Takes a copy. */
    public Restored {
      proof = List.copyOf(proof);
    }
  }

  /** Something runs that is not, or not provably, what was checkpointed. */
  record Stranger(String why) implements Finding {}

  /** Nothing runs. */
  record NothingRuns(String why) implements Finding {}
}
