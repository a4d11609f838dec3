package io.godwit.refusal;

import java.util.List;
import java.util.stream.Collectors;

/** A container does not move; has every reason that was found. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Refusal> refusals;

  /**
   * @param refusals at least one
   */
  public RefusedException(List<Refusal> refusals) {
    super(refusals.stream().map(Refusal::words).collect(Collectors.joining("\n")));
    this.refusals = List.copyOf(refusals);
  }

  public RefusedException(Refusal refusal) {
    this(List.of(refusal));
  }

  /** At least one. */
  public List<Refusal> refusals() {
    return refusals;
  }

  /** For people, one to a refusal. */
  public List<String> reasons() {
    return refusals.stream().map(Refusal::words).toList();
  }
}
