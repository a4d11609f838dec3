package io.godwit.trace;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Something that is over.
 *
 * @param self where it stands; a span id is made for it where there is none
 * @param parent what it is a part of
 * @param failure why it did not do what it was for
 */
public record Span(
    String traceId,
    Optional<String> self,
    Optional<String> parent,
    String name,
    Instant begin,
    Instant end,
    Map<String, String> attributes,
    Optional<String> failure) {
  /** Takes a copy. */
  public Span {
    attributes = Map.copyOf(attributes);
  }

  /**
   * The whole migration.
   *
   * @param self {@link TraceContext#ofMigration}
   * @param parent whose trace it is in, where that is somebody else's
   */
  public static Span whole(
      TraceContext self,
      Optional<TraceContext> parent,
      Instant begin,
      Instant end,
      Map<String, String> attributes,
      Optional<String> failure) {
    return new Span(
        self.traceId(),
        Optional.of(self.spanId()),
        parent.map(TraceContext::spanId),
        "migration",
        begin,
        end,
        attributes,
        failure);
  }

  /** A part of one. */
  public static Span part(
      TraceContext whole, String name, Instant begin, Instant end, Map<String, String> attributes) {
    return new Span(
        whole.traceId(),
        Optional.empty(),
        Optional.of(whole.spanId()),
        name,
        begin,
        end,
        attributes,
        Optional.empty());
  }
}
