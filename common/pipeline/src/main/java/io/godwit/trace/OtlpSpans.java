package io.godwit.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Spans to a collector over OTLP/HTTP. They wait in a queue that drops what is too much, and leave
 * it on a thread of its own.
 */
final class OtlpSpans implements Spans {
  private static final int WAITING = 2048;
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** An emulated device takes seconds for what others do in a tenth of one. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final WatchedExporter exporter;
  private final SdkTracerProvider provider;
  private final Tracer tracer;

  /**
   * @param endpoint as in OpenTelemetry's OTEL_EXPORTER_OTLP_ENDPOINT: without the signal's path
   */
  OtlpSpans(URI endpoint, String service) {
    String url = endpoint.toString().replaceFirst("/+$", "") + "/v1/traces";
    exporter =
        new WatchedExporter(
            OtlpHttpSpanExporter.builder().setEndpoint(url).setTimeout(PATIENCE).build(), url);
    provider =
        SdkTracerProvider.builder()
            .setResource(
                Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), service)))
            .setIdGenerator(new GivenIds(IdGenerator.random()))
            .addSpanProcessor(
                BatchSpanProcessor.builder(exporter)
                    .setMaxQueueSize(WAITING)
                    .setScheduleDelay(PAUSE)
                    .setExporterTimeout(PATIENCE)
                    .build())
            .build();
    tracer = provider.get("io.godwit");
  }

  @Override
  public void ended(Span span) {
    SpanBuilder builder =
        tracer.spanBuilder(span.name()).setParent(context(span)).setStartTimestamp(span.begin());
    span.attributes().forEach(builder::setAttribute);
    io.opentelemetry.api.trace.Span told =
        ScopedValue.where(GivenIds.OF, span).call(builder::startSpan);
    span.failure().ifPresent(why -> told.setStatus(StatusCode.ERROR, why));
    told.end(span.end());
  }

  private static Context context(Span span) {
    Optional<SpanContext> parent =
        span.parent()
            .map(id ->
                SpanContext.createFromRemoteParent(
                    span.traceId(), id, TraceFlags.getSampled(), TraceState.getDefault()));
    return parent
        .map(known -> Context.root().with(io.opentelemetry.api.trace.Span.wrap(known)))
        .orElse(Context.root());
  }

  /** The ids that a span brings along. */
  private record GivenIds(IdGenerator others) implements IdGenerator {
    private static final ScopedValue<Span> OF = ScopedValue.newInstance();

    @Override
    public String generateSpanId() {
      return OF.get().self().orElseGet(others::generateSpanId);
    }

    @Override
    public String generateTraceId() {
      return OF.get().traceId();
    }
  }

  @Override
  public void close() {
    provider.shutdown().join(CLOSING.toMillis(), TimeUnit.MILLISECONDS);
    exporter.giveUp();
  }
}
