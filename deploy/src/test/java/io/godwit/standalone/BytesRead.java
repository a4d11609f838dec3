package io.godwit.standalone;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;

/**
 * What consumers have read from the broker, as Kafka's client itself counts it: given to clients as
 * {@code metric.reporters}.
 */
public final class BytesRead implements MetricsReporter {
  private static final Map<String, Queue<KafkaMetric>> BY_CLIENT = new ConcurrentHashMap<>();

  /** Of all consumers under this id that ever were. */
  static long by(String clientId) {
    return BY_CLIENT.getOrDefault(clientId, new ConcurrentLinkedQueue<>()).stream()
        .mapToLong(metric -> ((Number) metric.metricValue()).longValue())
        .sum();
  }

  @Override
  public void init(List<KafkaMetric> metrics) {
    metrics.forEach(this::metricChange);
  }

  @Override
  public void metricChange(KafkaMetric metric) {
    Map<String, String> tags = metric.metricName().tags();
    if (metric.metricName().name().equals("bytes-consumed-total") && tags.size() == 1) {
      BY_CLIENT
          .computeIfAbsent(tags.getOrDefault("client-id", ""), _ -> new ConcurrentLinkedQueue<>())
          .add(metric);
    }
  }

  @Override
  public void metricRemoval(KafkaMetric metric) {}

  @Override
  public void close() {}

  @Override
  public void configure(Map<String, ?> configs) {}
}
