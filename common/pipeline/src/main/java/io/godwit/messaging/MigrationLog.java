package io.godwit.messaging;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Map;
import java.util.Optional;
import org.slf4j.MDC;

/** The migration that this thread's log lines belong to (MDC key {@code migration}). */
public final class MigrationLog {
  /** The key in the MDC. */
  public static final String KEY = "migration";

  private MigrationLog() {}

  /** Log lines of this thread carry the id until the scope is closed. */
  public static Scope of(String migrationId) {
    Optional<String> before = Optional.ofNullable(MDC.get(KEY));
    MDC.put(KEY, migrationId);
    return () -> before.ifPresentOrElse(id -> MDC.put(KEY, id), () -> MDC.remove(KEY));
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
    Optional<String> here = Optional.ofNullable(MDC.get(KEY));
    return () -> {
      here.ifPresent(id -> MDC.put(KEY, id));
      work.run();
    };
  }
}
