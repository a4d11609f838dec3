package io.godwit.messaging;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * A record as it came.
 *
 * @param key empty where it has none
 * @param value empty where it has none
 * @param writtenAt when it was written, by the broker's clock on topics that Godwit has made
 * @param headers as text; the last of each name
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; a copy of 8 MiB would help nobody
public record Received(String key, byte[] value, Instant writtenAt, Map<String, String> headers) {
  public Received {
    headers = Map.copyOf(headers);
  }

  static Received of(ConsumerRecord<byte[], byte[]> record) {
    Map<String, String> headers = new HashMap<>();
    for (Header header : record.headers()) {
      headers.put(header.key(), new String(Bytes.orEmpty(header.value()), StandardCharsets.UTF_8));
    }
    return new Received(
        Bytes.text(record.key()),
        Bytes.orEmpty(record.value()),
        Instant.ofEpochMilli(record.timestamp()),
        headers);
  }
}
