package io.godwit.agent.rehearsal;

import java.util.List;

/** This device cannot take the container; every reason that was found, in sentences. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient List<String> reasons;

  public RefusedException(List<String> reasons) {
    super(String.join(" ", reasons));
    this.reasons = List.copyOf(reasons);
  }

  /** At least one. */
  public List<String> reasons() {
    return reasons;
  }
}
