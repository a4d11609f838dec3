package io.godwit.trace;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a trace, as W3C Trace Context has it.
 *
 * @param traceId 32 lower-case hexadecimal digits, not all 0
 * @param spanId 16 of them, not all 0
 */
public record TraceContext(String traceId, String spanId) {
  /** The header's name, in HTTP as in Kafka. */
  public static final String HEADER = "traceparent";

  /** Version, trace, span, flags; a later version may have more after a dash (3.2.2.5). */
  private static final Pattern FORM =
      Pattern.compile("(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?");

  private static final String FIRST_VERSION = "00";
  private static final String NO_TRACE = "0".repeat(32);
  private static final String NO_SPAN = "0".repeat(16);

  /** What a header says; empty where it is none, and W3C has it ignored then. */
  public static Optional<TraceContext> parse(String header) {
    Matcher matcher = FORM.matcher(header);
    if (!matcher.matches()
        || matcher.group(2).equals(NO_TRACE)
        || matcher.group(3).equals(NO_SPAN)
        || (matcher.group(1).equals(FIRST_VERSION) && matcher.group(4) != null)) {
      return Optional.empty();
    }
    return Optional.of(new TraceContext(matcher.group(2), matcher.group(3)));
  }

  /** The span of a whole migration, in the trace that has its id. */
  public static TraceContext ofMigration(String migrationId) {
    String digits = digits(migrationId);
    return new TraceContext(digits, digits.substring(16));
  }

  /** The span of a whole migration in another's trace. */
  public static TraceContext ofMigration(String migrationId, String traceId) {
    return new TraceContext(traceId, ofMigration(migrationId).spanId());
  }

  /** As a header; it is always recorded. */
  public String header() {
    return "%s-%s-%s-01".formatted(FIRST_VERSION, traceId, spanId);
  }

  /** A UUID's digits: its variant keeps both halves from being 0. */
  private static String digits(String migrationId) {
    UUID id;
    try {
      id = UUID.fromString(migrationId);
    } catch (IllegalArgumentException e) {
      // Nobody's migration, yet its records have a trace.
      id = UUID.nameUUIDFromBytes(migrationId.getBytes(StandardCharsets.UTF_8));
    }
    return "%016x%016x".formatted(id.getMostSignificantBits(), id.getLeastSignificantBits());
  }
}
