package io.godwit.checkpointer.preflight;

import java.util.List;

/** A migration cannot be; every reason is a sentence that says what is wrong and what to do. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param reasons at least one
   */
  public RefusedException(List<String> reasons) {
    super(String.join("\n", reasons));
  }
}
