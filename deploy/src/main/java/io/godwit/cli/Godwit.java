package io.godwit.cli;

import io.godwit.messaging.MessagingException;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code godwit} command. */
@Command(
    name = "godwit",
    mixinStandardHelpOptions = true,
    version = "godwit 0.1.0",
    subcommands = {
      StandaloneCommand.class,
      MigrateCommand.class,
      StatusCommand.class,
      DevicesCommand.class,
      AbortCommand.class
    },
    description = "Moves running containers between machines and instruction sets.")
public final class Godwit {
  private Godwit() {}

  /** Runs the command; exits with the code that {@code --help} of each subcommand explains. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Godwit())
        .setExecutionExceptionHandler((failure, commandLine, parsed) -> {
          commandLine.getErr().println(commandLine.getCommandName() + ": " + explain(failure));
          return failure instanceof KafkaException || failure instanceof MessagingException
              ? ExitStatus.UNREACHABLE.code()
              : ExitStatus.NOT_MOVED.code();
        });
  }

  private static String explain(Exception failure) {
    if (failure instanceof KafkaException) {
      return "Kafka does not answer ("
          + failure.getMessage()
          + "). Is it running, and is --kafka or GODWIT_KAFKA right? `godwit standalone` starts one.";
    }
    return String.valueOf(failure.getMessage());
  }
}
