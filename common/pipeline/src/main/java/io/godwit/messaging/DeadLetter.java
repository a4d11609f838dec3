package io.godwit.messaging;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** A record that was not handled, as it came, with the reason. */
public final class DeadLetter {
  /** What became of it. */
  public enum Fate {
    /** Nobody has done anything about it. */
    WAITING,
    /** Published again where it came from. */
    REPLAYED,
    /** Somebody has looked at it and wants no more of it. */
    DROPPED
  }

  private final ConsumerRecord<byte[], byte[]> record;
  private final Fate fate;

  DeadLetter(ConsumerRecord<byte[], byte[]> record, Fate fate) {
    this.record = record;
    this.fate = fate;
  }

  DeadLetter as(Fate now) {
    return new DeadLetter(record, now);
  }

  /** Its offset among the dead letters. */
  public long number() {
    return record.offset();
  }

  public Fate fate() {
    return fate;
  }

  /** When it was buried. */
  public Instant at() {
    return Instant.ofEpochMilli(record.timestamp());
  }

  /** Where it was read; empty where some other program has put it here without saying so. */
  public String topic() {
    return said(LetterHeader.TOPIC);
  }

  public String partition() {
    return said(LetterHeader.PARTITION);
  }

  public String offset() {
    return said(LetterHeader.OFFSET);
  }

  /** Who gave it up. */
  public String service() {
    return said(LetterHeader.SERVICE);
  }

  /** One line. */
  public String reason() {
    return said(LetterHeader.MESSAGE);
  }

  public String stack() {
    return said(LetterHeader.STACK);
  }

  /** Empty where it has none. */
  public String key() {
    return Bytes.text(record.key());
  }

  /** Empty where it has none, or where it was left out. */
  public byte[] value() {
    return Bytes.orEmpty(record.value());
  }

  /** The size of a value that did not fit here and stands only where it was read. */
  public Optional<String> leftOut() {
    return LetterHeader.LEFT_OUT.in(record);
  }

  /** The headers that it brought along, {@code name: text}. */
  public List<String> headers() {
    return ownHeaders()
        .map(header ->
            header.key() + ": " + new String(Bytes.orEmpty(header.value()), StandardCharsets.UTF_8))
        .toList();
  }

  Stream<Header> ownHeaders() {
    long own =
        LetterHeader.OWN_HEADERS
            .in(record)
            .filter(text -> text.matches("[0-9]{1,9}"))
            .map(Long::parseLong)
            .orElse(0L);
    return Arrays.stream(record.headers().toArray()).limit(own);
  }

  ConsumerRecord<byte[], byte[]> record() {
    return record;
  }

  private String said(LetterHeader header) {
    return header.in(record).orElse("");
  }
}
