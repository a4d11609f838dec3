package io.godwit.messaging;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.godwit.trace.TraceContext;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records' values as messages of the contract. */
public final class Wire {
  private static final Logger LOG = LoggerFactory.getLogger(Wire.class);

  private Wire() {}

  /** Handles the record of one kind of message. */
  @FunctionalInterface
  public interface MessageHandler<T> {
    /** As {@link RecordHandler#handle}. */
    void handle(String key, T message) throws Exception;

    /** As {@link RecordHandler#buried}; not called for a value that is no such message. */
    default void buried(String key, T message, Throwable cause) throws Exception {}
  }

  /** The same for who needs to know more of the record: its time, its headers. */
  @FunctionalInterface
  public interface RecordMessageHandler<T> {
    /** As {@link RecordHandler#handle}. */
    void handle(Received record, T message) throws Exception;

    /** As {@link RecordHandler#buried}; not called for a value that is no such message. */
    default void buried(Received record, T message, Throwable cause) throws Exception {}
  }

  /**
   * Parses a value; fields that this version does not know are kept.
   *
   * @throws PoisonException when it is not one, with protobuf's reason and what was parsed
   */
  public static <T extends Message> T parse(T prototype, byte[] value) throws PoisonException {
    @SuppressWarnings("unchecked")
    Parser<T> parser = (Parser<T>) prototype.getParserForType();
    try {
      return parser.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new PoisonException(
          "the value of %d bytes is not a %s: %s"
              .formatted(
                  value.length, prototype.getDescriptorForType().getFullName(), e.getMessage()),
          e);
    }
  }

  /**
   * A record handler that parses first, and logs under the message's migration.
   *
   * @param prototype the message's default instance
   */
  public static <T extends Message> RecordHandler handler(
      T prototype, MessageHandler<? super T> handler) {
    return recordHandler(
        prototype,
        new RecordMessageHandler<T>() {
          @Override
          public void handle(Received record, T message) throws Exception {
            handler.handle(record.key(), message);
          }

          @Override
          public void buried(Received record, T message, Throwable cause) throws Exception {
            handler.buried(record.key(), message, cause);
          }
        });
  }

  /** As {@link #handler}, with the record. */
  public static <T extends Message> RecordHandler recordHandler(
      T prototype, RecordMessageHandler<? super T> handler) {
    return new RecordHandler() {
      @Override
      public void handle(Received record) throws Exception {
        T message = parse(prototype, record.value());
        try (var _ = scope(record, message)) {
          handler.handle(record, message);
        }
      }

      @Override
      public void buried(Received record, Throwable cause) throws Exception {
        T message;
        try {
          message = parse(prototype, record.value());
        } catch (PoisonException e) {
          LOG.debug("nobody waits for a record that says nothing: {}", e.getMessage());
          return;
        }
        try (var _ = scope(record, message)) {
          handler.buried(record, message, cause);
        }
      }
    };
  }

  private static MigrationLog.Scope scope(Received record, Message message) {
    return MigrationLog.of(
        MigrationLog.idIn(message).orElse("-"),
        Optional.ofNullable(record.headers().get(TraceContext.HEADER)));
  }
}
