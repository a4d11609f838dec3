package io.godwit.standalone;

import com.google.protobuf.MessageLite;
import io.godwit.messaging.DeadLetter;
import io.godwit.messaging.DeadLetterBox;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Party;
import io.godwit.messaging.RetryPolicy;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Topic;
import io.godwit.messaging.TopicTail;
import io.godwit.service.Liveness;
import io.godwit.service.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Topics of its own on a real broker, and services that speak to it as in production. */
final class Lab implements AutoCloseable {
  /** Retries without waiting for them. */
  static final RetryPolicy QUICK = new RetryPolicy(3, Duration.ofMillis(10), Duration.ofMillis(50));

  static final Predicate<String> ALL = key -> true;

  final Settings settings;
  final MeterRegistry metrics = new SimpleMeterRegistry();
  final List<Duration> pauses = new CopyOnWriteArrayList<>();
  private final String bootstrap;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  private Lab(String bootstrap, Map<String, String> environment) {
    this.bootstrap = bootstrap;
    this.settings = new Settings(environment);
  }

  static Lab on(EmbeddedKafka kafka) {
    return on(kafka.bootstrap());
  }

  static Lab on(String bootstrap) {
    return on(bootstrap, Optional.empty());
  }

  static Lab on(String bootstrap, Optional<Path> clientProperties) {
    return on(bootstrap, clientProperties, -1);
  }

  /**
   * @param replicas of every topic; -1 leaves it to the broker
   */
  static Lab on(String bootstrap, Optional<Path> clientProperties, int replicas) {
    Map<String, String> environment = new HashMap<>();
    environment.put("GODWIT_KAFKA", bootstrap);
    environment.put("GODWIT_TOPIC_PREFIX", "lab-" + UUID.randomUUID() + ".");
    environment.put("GODWIT_TOPIC_PARTITIONS", "2");
    environment.put("GODWIT_TOPIC_REPLICATION", Integer.toString(replicas));
    environment.put("GODWIT_HOST", "ada");
    clientProperties.ifPresent(file -> environment.put("GODWIT_KAFKA_PROPERTIES", file.toString()));
    Lab lab = new Lab(bootstrap, environment);
    try (KafkaMessaging messaging = lab.service("lab", QUICK)) {
      messaging.createTopics(new Party.Operator());
    }
    return lab;
  }

  static Path properties(Path folder, String lines) throws IOException {
    return Files.writeString(folder.resolve("client.properties"), lines);
  }

  /** Another process of a service. */
  KafkaMessaging service(String name, RetryPolicy retries) {
    return service(name, retries, new Liveness(Clock.systemUTC()));
  }

  KafkaMessaging service(String name, RetryPolicy retries, Liveness liveness) {
    Sleeper sleeper =
        pause -> {
          pauses.add(pause);
          Thread.sleep(pause);
        };
    return keep(
        new KafkaMessaging(settings, name, metrics, liveness, Clock.systemUTC(), sleeper, retries));
  }

  /** One that an operator has given other settings. */
  KafkaMessaging service(String name, Settings others) {
    return keep(
        new KafkaMessaging(
            others,
            name,
            metrics,
            new Liveness(Clock.systemUTC()),
            Clock.systemUTC(),
            Sleeper.SYSTEM,
            QUICK));
  }

  <T extends AutoCloseable> T keep(T part) {
    open.push(part);
    return part;
  }

  /** What any Kafka client could write. */
  void write(Topic topic, String key, byte[] value) {
    write(new ProducerRecord<>(nameOf(topic), key.getBytes(StandardCharsets.UTF_8), value));
  }

  void write(ProducerRecord<byte[], byte[]> record) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", bootstrap);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(record);
    }
  }

  void write(Topic topic, String key, MessageLite value) {
    write(topic, key, value.toByteArray());
  }

  List<byte[]> all(Topic topic) {
    return records(topic).stream()
        .map(record -> record.value() == null ? new byte[0] : record.value())
        .toList();
  }

  List<ConsumerRecord<byte[], byte[]>> records(Topic topic) {
    Records records = new Records();
    KafkaMessaging messaging = service("reader", QUICK);
    try (TopicTail tail = messaging.tail(topic, records)) {
      return tail.caughtUp(() -> List.copyOf(records.taken));
    }
  }

  private static final class Records implements TopicTail.Sink {
    private final List<ConsumerRecord<byte[], byte[]>> taken = new ArrayList<>();

    @Override
    public void take(ConsumerRecord<byte[], byte[]> record) {
      taken.add(record);
    }

    @Override
    public void clear() {
      taken.clear();
    }
  }

  List<DeadLetter> deadLetters() {
    KafkaMessaging messaging = service("reader", QUICK);
    try (DeadLetterBox box = messaging.deadLetterBox()) {
      return box.all();
    }
  }

  /** Its topic under the lab's prefix. */
  String nameOf(Topic topic) {
    return settings.topicPrefix() + topic.baseName();
  }

  Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", bootstrap));
  }

  @Override
  public void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }
}
