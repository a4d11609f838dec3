package io.godwit.messaging;

import static java.util.stream.Collectors.toMap;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.godwit.trace.TraceContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.MDC;

/**
 * The migration that this thread works on, for its log lines and for the trace that its records and
 * spans belong to (MDC keys {@code migration} and {@code trace}).
 */
public final class MigrationLog {
  /** The key in the MDC. */
  public static final String KEY = "migration";

  /** The same for the trace's id, 32 hexadecimal digits. */
  public static final String TRACE = "trace";

  private static final List<String> KEYS = List.of(KEY, TRACE);

  private MigrationLog() {}

  /** Log lines of this thread carry the id until the scope is closed. */
  public static Scope of(String migrationId) {
    return scope(migrationId, traceOf(migrationId).traceId());
  }

  /**
   * The same, and it is in another's trace.
   *
   * @param traceparent as a header says it; what is none is left out of account
   */
  public static Scope of(String migrationId, Optional<String> traceparent) {
    return traceparent
        .flatMap(TraceContext::parse)
        .map(given -> scope(migrationId, given.traceId()))
        .orElseGet(() -> of(migrationId));
  }

  /** The span of a migration: in the trace that this thread knows, or else in its own. */
  public static TraceContext traceOf(String migrationId) {
    return Optional.ofNullable(MDC.get(TRACE))
        .filter(_ -> migrationId.equals(MDC.get(KEY)))
        .map(trace -> TraceContext.ofMigration(migrationId, trace))
        .orElseGet(() -> TraceContext.ofMigration(migrationId));
  }

  private static Scope scope(String migrationId, String traceId) {
    Runnable before = remembered(MDC::remove);
    MDC.put(KEY, migrationId);
    MDC.put(TRACE, traceId);
    return before::run;
  }

  /** Puts things as they are now; what is not there now goes to the consumer. */
  private static Runnable remembered(Consumer<String> otherwise) {
    Map<String, Optional<String>> now =
        KEYS.stream().collect(toMap(key -> key, key -> Optional.ofNullable(MDC.get(key))));
    return () ->
        now.forEach((key, value) ->
            value.ifPresentOrElse(text -> MDC.put(key, text), () -> otherwise.accept(key)));
  }

  /** The migration that a record of any topic is about, also where a oneof holds the message. */
  public static Optional<String> idIn(Message message) {
    Optional<FieldDescriptor> field =
        Optional.ofNullable(message.getDescriptorForType().findFieldByName("migration_id"));
    if (field.isPresent()) {
      return Optional.of((String) message.getField(field.get())).filter(id -> !id.isEmpty());
    }
    return message.getAllFields().entrySet().stream()
        .filter(entry -> entry.getKey().getContainingOneof() != null)
        .map(Map.Entry::getValue)
        .filter(Message.class::isInstance)
        .map(Message.class::cast)
        .findFirst()
        .flatMap(MigrationLog::idIn);
  }

  /** Ends with the migration that stood there before. */
  @FunctionalInterface
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }

  /** The same for another thread: its log lines belong to the migration that this one's do. */
  public static Runnable carried(Runnable work) {
    Runnable here = remembered(_ -> {});
    return () -> {
      Runnable before = remembered(MDC::remove);
      here.run();
      try {
        work.run();
      } finally {
        before.run();
      }
    };
  }
}
