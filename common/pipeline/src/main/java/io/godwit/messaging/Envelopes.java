package io.godwit.messaging;

import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import io.godwit.trace.TraceContext;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.header.Header;

/** Says of each record what it is, by whom and when, for clients that know no protobuf. */
final class Envelopes {
  private static final String TYPES = "io.godwit.";
  private static final String PROTOBUF = "application/protobuf";
  private static final String TEXT = "text/plain";

  private final String source;
  private final Clock clock;
  private final Supplier<String> ids;

  /**
   * @param ids a new one each time
   */
  Envelopes(String service, String machine, Clock clock, Supplier<String> ids) {
    this.source = "/%s/%s".formatted(service, machine);
    this.clock = clock;
    this.ids = ids;
  }

  /** The headers of a record with this value. */
  List<Header> of(MessageLite value) {
    // The class has the message's name; only what has a descriptor can be about a migration.
    return headers(
        value.getClass().getSimpleName(),
        PROTOBUF,
        value instanceof Message message ? MigrationLog.idIn(message) : Optional.empty());
  }

  /** Those of a record whose value is a word. */
  List<Header> ofWord(String type) {
    return headers(type, TEXT, Optional.empty());
  }

  private List<Header> headers(String type, String contentType, Optional<String> subject) {
    List<Header> headers = new ArrayList<>();
    headers.add(EnvelopeHeader.SPEC_VERSION.of("1.0"));
    headers.add(EnvelopeHeader.ID.of(ids.get()));
    headers.add(EnvelopeHeader.SOURCE.of(source));
    headers.add(EnvelopeHeader.TYPE.of(TYPES + type));
    headers.add(EnvelopeHeader.TIME.of(clock.instant().truncatedTo(ChronoUnit.MILLIS).toString()));
    subject.map(EnvelopeHeader.SUBJECT::of).ifPresent(headers::add);
    subject
        .map(MigrationLog::traceOf)
        .map(TraceContext::header)
        .map(EnvelopeHeader.TRACE_PARENT::of)
        .ifPresent(headers::add);
    headers.add(EnvelopeHeader.CONTENT_TYPE.of(contentType));
    return headers;
  }
}
