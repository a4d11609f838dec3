package io.godwit.messaging;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** The headers of a dead letter, as text. They stand after those that the record brought along. */
enum LetterHeader {
  TOPIC("__connect.errors.topic"),
  PARTITION("__connect.errors.partition"),
  OFFSET("__connect.errors.offset"),
  SERVICE("__connect.errors.connector.name"),
  STAGE("__connect.errors.stage"),
  EXCEPTION("__connect.errors.exception.class.name"),
  MESSAGE("__connect.errors.exception.message"),
  STACK("__connect.errors.exception.stacktrace"),
  /** How many headers the record brought along. */
  OWN_HEADERS("godwit.dead-letter.headers"),
  /** The size of a value that did not fit. */
  LEFT_OUT("godwit.dead-letter.left-out"),
  /** Of a mark: the offset of the letter that it is about. */
  MARK_OF("godwit.dead-letter.of"),
  /** Of a mark: what became of the letter. */
  MARK_FATE("godwit.dead-letter.fate");

  private final String key;

  LetterHeader(String key) {
    this.key = key;
  }

  String key() {
    return key;
  }

  RecordHeader of(String text) {
    return new RecordHeader(key, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The last of the name: the record may have brought one of the same name along. */
  Optional<String> in(ConsumerRecord<byte[], byte[]> record) {
    return Optional.ofNullable(record.headers().lastHeader(key))
        .map(Header::value)
        .map(value -> new String(value, StandardCharsets.UTF_8));
  }
}
