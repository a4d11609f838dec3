package io.godwit.cli;

import io.godwit.messaging.MessagingException;
import io.godwit.service.SettingsException;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code godwit} command. */
@Command(
    name = "godwit",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      StandaloneCommand.class,
      MigrateCommand.class,
      BatchCommand.class,
      DrainCommand.class,
      CordonCommand.class,
      UncordonCommand.class,
      StatusCommand.class,
      DevicesCommand.class,
      AbortCommand.class,
      ResolveCommand.class,
      DeadLettersCommand.class,
      Setup.class,
      KeysCommand.class
    },
    description = "Moves running containers between machines and instruction sets.")
public final class Godwit {
  private Godwit() {}

  /** Runs the command; exits with the code that {@code --help} of each subcommand explains. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs the command in this JVM and returns its exit code. */
  public static int run(String... args) {
    return new CommandLine(new Godwit())
        .setExecutionExceptionHandler((failure, commandLine, _) -> {
          commandLine.getErr().println(commandLine.getCommandName() + ": " + explain(failure));
          return status(failure, commandLine.getCommandName()).code();
        })
        .execute(args);
  }

  /** What was published before it failed is the subcommand's to know: it does not come here. */
  private static ExitStatus status(Exception failure, String command) {
    if (failure instanceof KafkaException || failure instanceof MessagingException) {
      return ExitStatus.UNREACHABLE;
    }
    if (failure instanceof SettingsException) {
      return ExitStatus.USAGE;
    }
    return command.equals(MigrateCommand.NAME) ? ExitStatus.NOT_MOVED : ExitStatus.IN_DOUBT;
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
