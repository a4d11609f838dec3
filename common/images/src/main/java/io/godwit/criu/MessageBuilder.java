package io.godwit.criu;

import com.google.protobuf.ByteString;
import java.util.List;

/** Collects the fields of a new message; they are written in the order of their numbers. */
public final class MessageBuilder {
  private Message message = Message.empty();

  MessageBuilder() {}

  /** Sets a varint; a bool is 0 or 1. */
  public MessageBuilder varint(int number, long value) {
    message = message.withVarint(number, value);
    return this;
  }

  /** Sets a sint32 or sint64. */
  public MessageBuilder zigzag(int number, long value) {
    message = message.withZigzag(number, value);
    return this;
  }

  /** Sets a repeated varint field. */
  public MessageBuilder varints(int number, List<Long> values, boolean packed) {
    message = message.withVarints(number, values, packed);
    return this;
  }

  /** Sets a string. */
  public MessageBuilder string(int number, String value) {
    message = message.withString(number, value);
    return this;
  }

  /** Sets a bytes field. */
  public MessageBuilder bytes(int number, ByteString value) {
    message = message.withBytes(number, value);
    return this;
  }

  /** Sets a message. */
  public MessageBuilder message(int number, Message value) {
    message = message.withMessage(number, value);
    return this;
  }

  /** Sets a repeated message field. */
  public MessageBuilder messages(int number, List<Message> values) {
    message = message.withMessages(number, values);
    return this;
  }

  /** The message. */
  public Message build() {
    return message;
  }
}
