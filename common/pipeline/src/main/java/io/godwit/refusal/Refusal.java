package io.godwit.refusal;

/**
 * One reason why a container does not move.
 *
 * @param subject what it is about, as people know it: a container, process, device, file, image
 * @param sentence what is wrong; it names the subject
 * @param remedy what to do about it, a sentence of its own; empty where nobody knows any
 */
public record Refusal(RefusalKind kind, String subject, String sentence, String remedy) {
  /** One that has no remedy. */
  public Refusal(RefusalKind kind, String subject, String sentence) {
    this(kind, subject, sentence, "");
  }

  /** For people: what is wrong, and what to do. */
  public String words() {
    return remedy.isEmpty() ? sentence : sentence + " " + remedy;
  }
}
