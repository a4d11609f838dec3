package io.godwit.converter.graft;

import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;

/**
 * Reasons why a checkpoint cannot go on on the device: found in its images, so it is the subject.
 */
public final class Refused {
  private static final String SUBJECT = "checkpoint";

  private Refused() {}

  /**
   * There is no sense in looking further.
   *
   * @param sentence what is wrong
   */
  public static RefusedException because(RefusalKind kind, String sentence) {
    return new RefusedException(of(kind, sentence));
  }

  static Refusal of(RefusalKind kind, String sentence) {
    return new Refusal(kind, SUBJECT, sentence);
  }
}
