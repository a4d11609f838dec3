package io.godwit.agent.proof;

import java.time.Instant;
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

  /**
   * CRIU has restored it, and it has ended since; {@link EndOfRestored} says what that means.
   *
   * @param exitCode as the Engine has it: 128 and the signal where one killed it
   * @param outOfMemory whether the kernel killed it for want of memory
   * @param started when the Engine had it running
   * @param finished when the Engine noticed its end
   */
  record Ended(int exitCode, boolean outOfMemory, Instant started, Instant finished)
      implements Finding {}

  /** Something runs that is not, or not provably, what was checkpointed. */
  record Stranger(String why) implements Finding {}

  /** Nothing was restored, and nothing runs. */
  record NothingRuns(String why) implements Finding {}

  /** It ends just now, and the Engine does not know yet how. */
  record Ending(String why) implements Finding {}
}
