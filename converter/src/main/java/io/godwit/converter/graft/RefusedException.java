package io.godwit.converter.graft;

import java.util.List;

/** A checkpoint that cannot go on on the device; names every reason that was found. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> reasons;

  public RefusedException(List<String> reasons) {
    super(String.join("; ", reasons));
    this.reasons = List.copyOf(reasons);
  }

  public RefusedException(String reason) {
    this(List.of(reason));
  }

  /** One sentence each. */
  public List<String> reasons() {
    return reasons;
  }
}
