package io.godwit.trace;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that a collector does not take what it is sent, and once that it does again. The SDK
 * itself would say it each time, and past our log.
 */
final class WatchedExporter implements SpanExporter {
  private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(WatchedExporter.class);

  /** Held: a logger that nobody holds forgets its level. */
  private static final Logger OF_THE_SDK = Logger.getLogger("io.opentelemetry");

  private final SpanExporter exporter;
  private final String url;
  private final AtomicBoolean fails = new AtomicBoolean();
  private final AtomicBoolean givenUp = new AtomicBoolean();
  private final AtomicReference<CompletableResultCode> latest =
      new AtomicReference<>(CompletableResultCode.ofSuccess());

  WatchedExporter(SpanExporter exporter, String url) {
    this.exporter = exporter;
    this.url = url;
    OF_THE_SDK.setLevel(Level.OFF);
  }

  /** Nobody waits any more for what is on its way, and nothing follows it. */
  void giveUp() {
    givenUp.set(true);
    latest.get().fail();
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    if (givenUp.get()) {
      return CompletableResultCode.ofFailure();
    }
    CompletableResultCode result = exporter.export(spans);
    latest.set(result);
    return result.whenComplete(() -> {
      if (!result.isSuccess() && fails.compareAndSet(false, true)) {
        LOG.warn("{} does not take traces; migrations do not wait for it", url);
      } else if (result.isSuccess() && fails.compareAndSet(true, false)) {
        LOG.info("{} takes traces again", url);
      }
    });
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}
