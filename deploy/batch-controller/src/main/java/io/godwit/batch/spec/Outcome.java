package io.godwit.batch.spec;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What became of a migration that a batch asked for. */
public enum Outcome {
  /** Its end says that the container runs on the device. */
  SUCCEEDED(false, false),
  /** By its host or the device, before anything was frozen. It runs where it was. */
  REFUSED(true, true),
  /** Tried, and it runs where it was. */
  FAILED(true, true),
  /** It took longer than it may, and was given up in time: it runs where it was. */
  TIMED_OUT(true, true),
  /** The host has not answered, and can begin no more; or the device was away. */
  UNREACHABLE(true, true),
  /** Somebody gave up this one migration. It runs where it was. */
  ABORTED(true, false),
  /** A device has claimed it, and nobody can say how that ended: it is never tried again. */
  IN_DOUBT(true, false),
  /** It runs neither here nor there, as far as is known: a case for people. */
  NOWHERE(true, false);

  private final boolean failure;
  private final boolean repeatable;

  Outcome(boolean failure, boolean repeatable) {
    this.failure = failure;
    this.repeatable = repeatable;
  }

  /** Whether a {@link StopRule} counts it, unless it is told not to. */
  public boolean isFailure() {
    return failure;
  }

  /** Whether a batch may try again by itself. */
  public boolean isRepeatable() {
    return repeatable;
  }

  /** Whether people may have it tried again: it surely runs where it was. */
  public boolean mayBeAskedAgain() {
    return this == ABORTED || repeatable;
  }

  /** Lower case, with hyphens. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The one with this word. */
  public static Optional<Outcome> find(String word) {
    return Arrays.stream(values()).filter(outcome -> outcome.word().equals(word)).findFirst();
  }
}
