package io.godwit.cli;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Topic;
import io.godwit.service.Settings;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where Kafka is: options of every subcommand that speaks to the services. */
final class Connection {
  @Option(
      names = "--kafka",
      paramLabel = "HOST:PORT",
      description = "Kafka's bootstrap address (default: $GODWIT_KAFKA, else 127.0.0.1:9092).")
  private @Nullable String kafka;

  @Option(
      names = "--kafka-properties",
      paramLabel = "FILE",
      description =
          "Further properties of Kafka's clients, as TLS and SASL (default: $GODWIT_KAFKA_PROPERTIES).")
  private @Nullable String properties;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      description =
          "What goes before the names of the topics (default: $GODWIT_TOPIC_PREFIX, else godwit.).")
  private @Nullable String prefix;

  /** The environment with what the options say over it. */
  Settings settings() {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.putIfAbsent("GODWIT_KAFKA", "127.0.0.1:9092");
    Optional.ofNullable(kafka).ifPresent(value -> environment.put("GODWIT_KAFKA", value));
    Optional.ofNullable(properties)
        .ifPresent(value -> environment.put("GODWIT_KAFKA_PROPERTIES", value));
    Optional.ofNullable(prefix).ifPresent(value -> environment.put("GODWIT_TOPIC_PREFIX", value));
    return new Settings(environment);
  }

  <T extends MessageLite> TopicReader<T> read(Topic topic, Parser<T> parser) {
    try (KafkaMessaging messaging = KafkaMessaging.of(settings())) {
      return new TopicReader<>(messaging.spectator(), messaging.nameOf(topic), parser);
    }
  }
}
