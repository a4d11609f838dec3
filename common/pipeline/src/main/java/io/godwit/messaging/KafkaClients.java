package io.godwit.messaging;

import io.godwit.service.Setting;
import io.godwit.service.Settings;
import io.godwit.service.SettingsException;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Supplier;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's own clients, set up so that nothing is lost. The operator's properties come first (TLS,
 * SASL); what correctness depends on comes after them and wins.
 */
final class KafkaClients {
  /** How long a broker may take to answer before it is an error. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A record may hold a container's whole description; a dead letter holds such a record. */
  static final int LARGEST_RECORD_BYTES = 8 << 20;

  static final int LARGEST_DEAD_LETTER_BYTES = 10 << 20;

  /**
   * How long a broker holds the question of who waits for his own records alone; what comes is
   * answered at once. Ten times Kafka's own: a device asks with its battery. What else is asked
   * over that connection waits behind it, closing too ({@link #leaving}).
   */
  static final Duration QUIET = Duration.ofSeconds(5);

  private final Settings settings;
  private final String clientId;

  KafkaClients(Settings settings, String clientId) {
    this.settings = settings;
    this.clientId = clientId;
  }

  /** Where the brokers are, for messages. */
  String brokers() {
    return settings.kafka();
  }

  Producer<byte[], byte[]> producer() {
    Properties properties = common();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis(PATIENCE));
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (long) millis(PATIENCE));
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 0L);
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_DEAD_LETTER_BYTES);
    return made(() ->
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer()));
  }

  /** A consumer that reads what it is told to, and is in no group. */
  Consumer<byte[], byte[]> reader() {
    Properties properties = reading();
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 500);
    return consumer(properties);
  }

  /**
   * The same, where a gap must not go unseen: it has no offset to fall back to when the one that it
   * wants next is gone.
   */
  Consumer<byte[], byte[]> tailer() {
    Properties properties = reading();
    properties.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, millis(QUIET));
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    return consumer(properties);
  }

  /** A member of a group that takes one record at a time. */
  Consumer<byte[], byte[]> member(String groupId, boolean alone) {
    Properties properties = reading();
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    properties.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
    // Revokes only the partitions that move: the record at work mostly stays.
    properties.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    if (alone) {
      properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 5_000);
      properties.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, millis(QUIET));
      // A static member that comes back has its partitions at once (KIP-345).
      properties.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, groupId);
      properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 45_000);
    } else {
      properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
      // The sooner a dead member is missed, the sooner another takes its work.
      properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 15_000);
    }
    return consumer(properties);
  }

  /**
   * Closes one that has nothing to tell the brokers any more, and so waits for no answer: in no
   * group, or alone in one with all committed.
   */
  static Leaving leaving(Consumer<byte[], byte[]> consumer) {
    return () -> consumer.close(CloseOptions.timeout(Duration.ZERO));
  }

  /** What ends with the block that reads. */
  interface Leaving extends AutoCloseable {
    @Override
    void close();
  }

  Admin admin() {
    Properties properties = common();
    properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    properties.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, millis(PATIENCE));
    return made(() -> Admin.create(properties));
  }

  private Properties reading() {
    Properties properties = common();
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis(PATIENCE));
    // A topic that is created after the subscription is found within this time.
    properties.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 30_000);
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    return properties;
  }

  private Properties common() {
    Properties properties = settings.kafkaProperties();
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, settings.kafka());
    properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
    properties.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 5_000L);
    return properties;
  }

  private Consumer<byte[], byte[]> consumer(Properties properties) {
    return made(() ->
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
  }

  private <T> T made(Supplier<T> client) {
    try {
      return client.get();
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new SettingsException(
          "No Kafka client can be made for %s='%s': %s. Set it to brokers whose names this machine can resolve, and look at %s where it is set."
              .formatted(
                  Setting.KAFKA.variable(),
                  settings.kafka(),
                  cause.getMessage(),
                  Setting.KAFKA_PROPERTIES.variable()),
          e);
    }
  }

  private static int millis(Duration duration) {
    return Math.toIntExact(duration.toMillis());
  }
}
