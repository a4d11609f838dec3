package io.godwit.messaging;

import com.google.protobuf.MessageLite;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

/** Publishes with acks=all and an idempotent producer, and waits for the answer. */
final class KafkaPublisher implements Publisher {
  private final Producer<byte[], byte[]> producer;
  private final String prefix;
  private final String brokers;

  KafkaPublisher(Producer<byte[], byte[]> producer, String prefix, String brokers) {
    this.producer = producer;
    this.prefix = prefix;
    this.brokers = brokers;
  }

  @Override
  public void publish(Topic topic, String key, MessageLite value) {
    send(topic, key.getBytes(StandardCharsets.UTF_8), value.toByteArray());
  }

  /** Where the record stands. */
  RecordMetadata send(Topic topic, byte[] key, byte[] value) {
    return send(new ProducerRecord<>(prefix + topic.baseName(), key, value));
  }

  /** Publishes a record as it is, and says where it stands. */
  RecordMetadata send(ProducerRecord<byte[], byte[]> record) {
    String name = record.topic();
    try {
      // The producer gives up by itself; the margin is for a producer that does not.
      return producer.send(record).get(2 * KafkaClients.PATIENCE.toSeconds() + 5, TimeUnit.SECONDS);
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
