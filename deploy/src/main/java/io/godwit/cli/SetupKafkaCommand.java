package io.godwit.cli;

import io.godwit.messaging.KafkaMessaging;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code godwit setup kafka}: topics. */
@Command(
    name = "kafka",
    mixinStandardHelpOptions = true,
    description =
        "Makes the topics that are missing, and names what is unsafe about those that are there.")
final class SetupKafkaCommand implements Callable<Integer> {
  @Mixin private Connection connection = new Connection();

  @Override
  public Integer call() {
    try (KafkaMessaging kafka = KafkaMessaging.of(connection.settings())) {
      List<String> made = kafka.createTopics();
      made.forEach(topic -> System.out.println("made the topic " + topic));
    }
    System.out.println("All topics are there, and safe.");
    return ExitStatus.DONE.code();
  }
}
