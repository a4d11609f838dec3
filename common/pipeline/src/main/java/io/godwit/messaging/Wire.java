package io.godwit.messaging;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;

/** Records' values as messages of the contract. */
public final class Wire {
  private Wire() {}

  /** Handles the record of one kind of message. */
  @FunctionalInterface
  public interface MessageHandler<T> {
    /** As {@link RecordHandler#handle}. */
    void handle(String key, T message) throws Exception;

    /**
     * The record is not handled and goes to the dead letters: says so where somebody waits for what
     * it asks. Called before that, and may be called again.
     */
    default void buried(String key, T message, Throwable cause) throws Exception {}
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
    return (key, value) -> {
      T message = parse(prototype, value);
      try (var _ = MigrationLog.of(MigrationLog.idIn(message).orElse("-"))) {
        handler.handle(key, message);
      }
    };
  }
}
