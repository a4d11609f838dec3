package io.godwit.messaging;

import io.godwit.trace.TraceContext;
import io.godwit.trust.Trust;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * The headers of every record that Godwit publishes, as text: CloudEvents 1.0 in binary mode (Kafka
 * protocol binding, 3.2), and what W3C Trace Context has for them. Nobody needs them to be served.
 */
enum EnvelopeHeader {
  SPEC_VERSION("ce_specversion", "Always 1.0: the record is a CloudEvent in binary mode."),
  ID("ce_id", "A UUID of this record; one that is published again keeps it."),
  SOURCE("ce_source", "Who published it: /SERVICE/MACHINE."),
  TYPE("ce_type", "What the value is: io.godwit. and the message's name."),
  TIME("ce_time", "When it was published, by the publisher's clock (RFC 3339)."),
  SUBJECT("ce_subject", "The migration that it is about, where it is about one."),
  TRACE_PARENT(
      TraceContext.HEADER, "The span of the migration that it is about (W3C Trace Context)."),
  CONTENT_TYPE("content-type", "application/protobuf."),
  SIGNATURE(
      Trust.HEADER,
      "Where the publisher has a key and the topic is one that counts: its name and its signature (DSSE, Ed25519, Base64).");

  private final String key;
  private final String meaning;

  EnvelopeHeader(String key, String meaning) {
    this.key = key;
    this.meaning = meaning;
  }

  String key() {
    return key;
  }

  /** For people, one line. */
  String meaning() {
    return meaning;
  }

  RecordHeader of(String text) {
    return new RecordHeader(key, text.getBytes(StandardCharsets.UTF_8));
  }
}
