package io.godwit.cli;

import io.godwit.messaging.Grant;
import io.godwit.messaging.KafkaSetup;
import io.godwit.messaging.Party;
import io.godwit.service.Setting;
import io.godwit.service.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code godwit setup kafka}: topics, and who may do what with them. */
@Command(
    name = "kafka",
    mixinStandardHelpOptions = true,
    description = {
      "Makes the topics that are missing, and with --principals the rights of each service and device; "
          + "names what is unsafe about those that are there, and every right that nobody needs: none is taken away. "
          + "Done again, it changes nothing.",
      "Wants a client that may do so: give its user and password, or certificate, as --kafka-properties.",
      "Exit codes: 0 all is as it must be; 1 something is not, and it said what to do; 2 wrong words; 4 Kafka does not answer or refuses."
    })
final class SetupKafkaCommand implements Callable<Integer> {
  @Mixin private Connection connection = new Connection();

  @Option(
      names = "--principals",
      paramLabel = "FILE",
      description = {
        "Whom Kafka knows the services by, a line each:",
        "  checkpointer HOST User:NAME",
        "  converter User:NAME",
        "  agent DEVICE User:NAME",
        "  operator User:NAME",
        "Each gets the rights that it needs, and topics are made for each device."
      })
  private @Nullable Path principals;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "Makes this device's topics, too; any number.")
  private List<String> devices = List.of();

  @Option(
      names = "--replication",
      paramLabel = "N",
      description =
          "Replicas of each topic, at least; from 3 on, 2 must have a record (default: $GODWIT_TOPIC_REPLICATION, else the brokers').")
  private String replication = "";

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description =
          "Partitions of a topic of work that is made (default: $GODWIT_TOPIC_PARTITIONS, else 12).")
  private String partitions = "";

  @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
  private boolean dry;

  @Override
  public Integer call() {
    List<Grant> grants = Optional.ofNullable(principals).map(Principals::read).orElse(List.of());
    List<Party> parties = new ArrayList<>();
    // Its topics are all that are shared.
    parties.add(new Party.Operator());
    grants.forEach(grant -> parties.add(grant.party()));
    devices.forEach(device -> parties.add(Principals.agent(device)));
    try (KafkaSetup setup = KafkaSetup.of(settings())) {
      List<String> problems = new ArrayList<>();
      problems.addAll(tell("topic", setup.topics(parties, dry)));
      if (!grants.isEmpty()) {
        problems.addAll(tell("right", setup.rights(grants, dry)));
      }
      problems.forEach(System.err::println);
      return (problems.isEmpty() ? ExitStatus.DONE : ExitStatus.NOT_MOVED).code();
    }
  }

  private Settings settings() {
    Settings settings = with(connection.settings(), Setting.TOPIC_REPLICATION, replication);
    return with(settings, Setting.TOPIC_PARTITIONS, partitions);
  }

  private static Settings with(Settings settings, Setting setting, String given) {
    return given.isEmpty() ? settings : settings.with(setting, given);
  }

  /** Returns the problems. */
  private List<String> tell(String kind, KafkaSetup.Findings findings) {
    for (String line : findings.missing()) {
      System.out.printf("%s %s: %s%n", dry ? "missing" : "made", kind, line);
    }
    if (findings.missing().isEmpty()) {
      System.out.printf("No %s is missing.%n", kind);
    }
    findings.notes().forEach(note -> System.out.println("note: " + note));
    return findings.problems();
  }
}
