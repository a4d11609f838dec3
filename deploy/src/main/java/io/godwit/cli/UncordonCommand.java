package io.godwit.cli;

import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code godwit uncordon}: batches may move to a machine again. */
@Command(
    name = "uncordon",
    mixinStandardHelpOptions = true,
    description = "Lets batches move containers to a machine again, after `cordon` or `drain`.")
final class UncordonCommand implements Callable<Integer> {
  private final Clock clock = Clock.systemUTC();

  @Mixin private Connection connection = new Connection();

  @Parameters(paramLabel = "MACHINE", description = "The host or device.")
  private String machine = "";

  @Override
  public Integer call() {
    CordonCommand.say(connection, clock, machine, false, "");
    System.out.printf("%s may take containers of batches again.%n", machine);
    return ExitStatus.DONE.code();
  }
}
