package io.godwit.converter.graft;

import io.godwit.refusal.RefusedException;
import java.io.IOException;

/** One step of a conversion. Steps run in a fixed order, see {@link Graft}. */
@FunctionalInterface
public interface Step {
  /**
   * Changes the draft, reports what it changed, and notes what cannot be done.
   *
   * @throws IOException when a file cannot be fetched
   * @throws RefusedException when there is no sense in looking further
   */
  void apply(Draft draft) throws IOException, RefusedException;
}
