package io.godwit.messaging;

import com.google.protobuf.MessageLite;
import io.godwit.service.Metric;
import io.godwit.trust.Trust;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;

/** Publishes with acks=all and an idempotent producer, and waits for the answer. */
final class KafkaPublisher implements Publisher {
  private final Producer<byte[], byte[]> producer;
  private final TopicNames names;
  private final String brokers;
  private final String service;
  private final MeterRegistry metrics;
  private final Envelopes envelopes;
  private final Trust trust;

  /**
   * @param service as in metrics
   */
  KafkaPublisher(
      Producer<byte[], byte[]> producer,
      TopicNames names,
      String brokers,
      String service,
      MeterRegistry metrics,
      Envelopes envelopes,
      Trust trust) {
    this.producer = producer;
    this.names = names;
    this.brokers = brokers;
    this.service = service;
    this.metrics = metrics;
    this.envelopes = envelopes;
    this.trust = trust;
  }

  @Override
  public void publish(Topic topic, String key, MessageLite value) {
    send(topic, key, value);
  }

  /** Publishes a record of ours, and says where it stands. */
  RecordMetadata send(Topic topic, String key, MessageLite value) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            names.of(topic, key),
            null,
            key.getBytes(StandardCharsets.UTF_8),
            value.toByteArray(),
            envelopes.of(value));
    if (Speakers.sign(topic)) {
      trust
          .sign(record.topic(), key, record.value())
          .map(EnvelopeHeader.SIGNATURE::of)
          .ifPresent(record.headers()::add);
    }
    return send(record);
  }

  /** Publishes a record without key whose value is a word, with further headers. */
  void sendWord(Topic topic, String type, String word, List<Header> headers) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(names.of(topic), word.getBytes(StandardCharsets.UTF_8));
    envelopes.ofWord(type).forEach(record.headers()::add);
    headers.forEach(record.headers()::add);
    send(record);
  }

  /** Publishes a record as it is, and says where it stands. */
  RecordMetadata send(ProducerRecord<byte[], byte[]> record) {
    String name = record.topic();
    Timer.Sample sample = Timer.start(metrics);
    try {
      // The producer gives up by itself; the margin is for a producer that does not.
      RecordMetadata stands =
          producer.send(record).get(2 * KafkaClients.PATIENCE.toSeconds() + 5, TimeUnit.SECONDS);
      sample.stop(
          Metric.RECORDS_PUBLISHING.timer(metrics, "service", service, "topic", names.label(name)));
      return stands;
    } catch (ExecutionException e) {
      throw failure(name, e.getCause() == null ? e : e.getCause());
    } catch (KafkaException | TimeoutException e) {
      throw failure(name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MessagingException("interrupted while publishing to " + name, e);
    }
  }

  private MessagingException failure(String name, Throwable cause) {
    return new MessagingException(
        "Kafka at %s did not take a record for %s: %s".formatted(brokers, name, cause), cause);
  }

  @Override
  public void close() {
    producer.close(KafkaClients.PATIENCE);
  }
}
