package io.godwit.batch.state;

import java.time.Instant;
import java.util.List;

/** How far a batch is. */
public sealed interface Stage {
  /** Nobody has looked at it yet. */
  record Asked() implements Stage {}

  /** Its members are fixed; their hosts look at them. */
  record Checking(Instant since) implements Stage {}

  /** Members move, wave by wave. */
  record Running(Instant since) implements Stage {}

  /**
   * Nothing more happens by itself.
   *
   * @param how finished, aborted, refused or checked
   */
  record Over(String how, List<String> messages, Instant at) implements Stage {
    public Over {
      messages = List.copyOf(messages);
    }
  }

  /** What keeps a batch from starting anything, beside its {@link Stage}. */
  sealed interface Hold {
    /** Nothing does. */
    record None() implements Hold {}

    /** A person. */
    record Paused(String by, String reason) implements Hold {}

    /** The gate behind the wave. */
    record AtGate(String reason) implements Hold {}

    /** A stop rule, or the end of its window. */
    record Stopped(String reason) implements Hold {}

    /** It is given up, as soon as nothing is under way any more. */
    record Aborting(String by, String reason) implements Hold {}
  }
}
