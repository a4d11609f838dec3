package io.godwit.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The brokers that messaging must be right on: the one in this JVM, and Kafka as it is deployed.
 * Each starts when the first test wants it and stays; topics are each test's own.
 */
final class Brokers implements ArgumentsProvider {
  /** One that runs. */
  record Broker(String name, String bootstrap) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** For JUnit's store, which ends it at the very end; an argument would end with its class. */
  private record Running(Broker broker, AutoCloseable server) implements AutoCloseable {
    @Override
    public void close() throws Exception {
      server.close();
    }
  }

  @Override
  public Stream<? extends Arguments> provideArguments(
      ParameterDeclarations parameters, ExtensionContext context) {
    return Stream.of(
            running(context, "embedded", Brokers::embedded),
            running(context, "container", Brokers::container))
        .map(Arguments::of);
  }

  private static Broker running(ExtensionContext context, String name, Supplier<Running> start) {
    return context
        .getRoot()
        .getStore(Namespace.create(Brokers.class))
        .computeIfAbsent(name, key -> start.get(), Running.class)
        .broker();
  }

  private static Running embedded() {
    try {
      Path folder = Files.createTempDirectory(Path.of("target"), "broker");
      EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0, Optional.empty());
      return new Running(new Broker("embedded", kafka.bootstrap()), kafka);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Running container() {
    KafkaContainer kafka =
        new KafkaContainer(DockerImageName.parse(Images.of("kafka", "kafka")))
            .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
            // As docker-compose.yml has it.
            .withEnv("KAFKA_LOG_MESSAGE_TIMESTAMP_TYPE", "LogAppendTime")
            // It lives for a minute: the optimising compiler would only take processors from it.
            .withEnv("KAFKA_OPTS", "-XX:TieredStopAtLevel=1");
    kafka.start();
    return new Running(new Broker("container", kafka.getBootstrapServers()), kafka::stop);
  }
}
