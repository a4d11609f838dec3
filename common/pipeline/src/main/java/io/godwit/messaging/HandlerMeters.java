package io.godwit.messaging;

import io.godwit.service.Metric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.atomic.AtomicLong;

/** What one subscription counts. */
record HandlerMeters(
    Counter handled,
    Counter failed,
    Counter dead,
    Counter skipped,
    Counter dropped,
    Timer handling,
    AtomicLong lag) {

  static HandlerMeters of(MeterRegistry registry, String service, String group, String topic) {
    String[] tags = {"service", service, "group", group, "topic", topic};
    AtomicLong lag = new AtomicLong();
    Metric.RECORDS_LAG.gauge(registry, lag::get, tags);
    return new HandlerMeters(
        Metric.RECORDS_HANDLED.counter(registry, tags),
        Metric.RECORDS_FAILED.counter(registry, tags),
        Metric.RECORDS_DEAD.counter(registry, tags),
        Metric.RECORDS_SKIPPED.counter(registry, tags),
        Metric.RECORDS_DROPPED.counter(registry, tags),
        Metric.RECORDS_HANDLING.timer(registry, tags),
        lag);
  }
}
