package io.godwit.messaging;

import com.google.protobuf.ByteString;
import io.godwit.contract.DeadLetter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Puts records that cannot be handled where people find them, with the reason. */
final class DeadLetters {
  private static final int LONGEST_STACK = 16 << 10;

  private final KafkaPublisher publisher;
  private final String service;
  private final Clock clock;

  DeadLetters(KafkaPublisher publisher, String service, Clock clock) {
    this.publisher = publisher;
    this.service = service;
    this.clock = clock;
  }

  /**
   * @throws MessagingException when the broker does not take it: the record is not safe then
   */
  void bury(ConsumerRecord<byte[], byte[]> record, Throwable cause) {
    byte[] key = Bytes.orEmpty(record.key());
    DeadLetter letter =
        DeadLetter.newBuilder()
            .setTopic(record.topic())
            .setPartition(record.partition())
            .setOffset(record.offset())
            .setKey(ByteString.copyFrom(key))
            .setValue(ByteString.copyFrom(Bytes.orEmpty(record.value())))
            .setService(service)
            .setReason(reason(cause))
            .setStack(stack(cause))
            .setAtMs(clock.millis())
            .build();
    publisher.send(Topic.DEAD_LETTERS, key, letter.toByteArray());
  }

  /** One line: what is wrong, without the class where the message says it. */
  static String reason(Throwable cause) {
    String message = cause.getMessage();
    return cause instanceof PoisonException && message != null ? message : cause.toString();
  }

  private static String stack(Throwable cause) {
    StringWriter text = new StringWriter();
    cause.printStackTrace(new PrintWriter(text));
    return text.getBuffer().substring(0, Math.min(LONGEST_STACK, text.getBuffer().length()));
  }
}
