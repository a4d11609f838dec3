package io.godwit.cli;

import io.godwit.batch.state.Fleet;
import io.godwit.contract.Cordon;
import io.godwit.contract.HostRecord;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Topic;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit cordon}: no batch moves anything to a machine. */
@Command(
    name = "cordon",
    mixinStandardHelpOptions = true,
    description =
        "Keeps batches from moving anything to a machine; what runs there runs on, and `godwit migrate` still may.")
final class CordonCommand implements Callable<Integer> {
  private final Clock clock = Clock.systemUTC();

  @Mixin private Connection connection = new Connection();

  @Parameters(paramLabel = "MACHINE", description = "The host or device.")
  private String machine = "";

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Why, for others.")
  private String reason = "";

  @Override
  public Integer call() {
    say(connection, clock, machine, true, reason);
    System.out.printf("%s is cordoned.%n", machine);
    return ExitStatus.DONE.code();
  }

  static void say(Connection connection, Clock clock, String machine, boolean on, String reason) {
    try (KafkaMessaging kafka = KafkaMessaging.of(connection.settings())) {
      kafka
          .publisher()
          .publish(
              Topic.HOSTS,
              Fleet.Keys.cordon(machine),
              HostRecord.newBuilder()
                  .setCordon(
                      Cordon.newBuilder()
                          .setMachine(machine)
                          .setOn(on)
                          .setBy(System.getProperty("user.name", ""))
                          .setReason(reason)
                          .setAtMs(clock.millis()))
                  .build());
    }
  }
}
