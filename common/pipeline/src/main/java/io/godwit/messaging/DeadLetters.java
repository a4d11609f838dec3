package io.godwit.messaging;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts records that cannot be handled where people find them: as they came, with the reason in
 * headers that common user interfaces show, because Kafka Connect names its own so (KIP-298).
 */
final class DeadLetters {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
  private static final int LONGEST_STACK = 16 << 10;
  private static final int LONGEST_REASON = 4 << 10;
  private static final String STAGE = "HANDLE";

  private final KafkaPublisher publisher;
  private final String topic;
  private final String service;

  /**
   * @param topic of the dead letters
   */
  DeadLetters(KafkaPublisher publisher, String topic, String service) {
    this.publisher = publisher;
    this.topic = topic;
    this.service = service;
  }

  /**
   * @throws MessagingException when the broker does not take it: the record is not safe then
   */
  void bury(ConsumerRecord<byte[], byte[]> record, Throwable cause) {
    try {
      publisher.send(explained(whole(record), record, cause));
    } catch (MessagingException e) {
      if (!(e.getCause() instanceof RecordTooLargeException)) {
        throw e;
      }
      // With the reason it is longer than it came, or its topic takes more than this one.
      LOG.warn("{}; only the reason is put there, the value stays where it is", e.getMessage());
      publisher.send(explained(withoutValue(record), record, cause));
    }
  }

  private ProducerRecord<byte[], byte[]> whole(ConsumerRecord<byte[], byte[]> record) {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(topic, null, record.key(), record.value(), record.headers());
    int own = record.headers().toArray().length;
    return say(letter, LetterHeader.OWN_HEADERS, Integer.toString(own));
  }

  private ProducerRecord<byte[], byte[]> withoutValue(ConsumerRecord<byte[], byte[]> record) {
    ProducerRecord<byte[], byte[]> letter = new ProducerRecord<>(topic, record.key(), null);
    say(letter, LetterHeader.OWN_HEADERS, "0");
    int size = Bytes.orEmpty(record.value()).length;
    return say(letter, LetterHeader.LEFT_OUT, Integer.toString(size));
  }

  private ProducerRecord<byte[], byte[]> explained(
      ProducerRecord<byte[], byte[]> letter,
      ConsumerRecord<byte[], byte[]> record,
      Throwable cause) {
    say(letter, LetterHeader.TOPIC, record.topic());
    say(letter, LetterHeader.PARTITION, Integer.toString(record.partition()));
    say(letter, LetterHeader.OFFSET, Long.toString(record.offset()));
    say(letter, LetterHeader.SERVICE, service);
    say(letter, LetterHeader.STAGE, STAGE);
    say(letter, LetterHeader.EXCEPTION, cause.getClass().getName());
    say(letter, LetterHeader.MESSAGE, cut(reason(cause), LONGEST_REASON));
    return say(letter, LetterHeader.STACK, cut(stack(cause), LONGEST_STACK));
  }

  private static ProducerRecord<byte[], byte[]> say(
      ProducerRecord<byte[], byte[]> letter, LetterHeader header, String text) {
    letter.headers().add(header.of(text));
    return letter;
  }

  /** One line: what is wrong, without the class where the message says it. */
  static String reason(Throwable cause) {
    String message = cause.getMessage();
    return cause instanceof PoisonException && message != null ? message : cause.toString();
  }

  private static String stack(Throwable cause) {
    StringWriter text = new StringWriter();
    cause.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  private static String cut(String text, int longest) {
    return text.substring(0, Math.min(longest, text.length()));
  }
}
