package io.godwit.cli;

import io.godwit.contract.BatchLimits;
import io.godwit.contract.BatchPolicy;
import io.godwit.contract.BatchRequest;
import io.godwit.contract.ContainerSelector;
import io.godwit.contract.DeviceSelector;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit drain}: a cordon, and a batch of everything that runs on a host. */
@Command(
    name = "drain",
    mixinStandardHelpOptions = true,
    description = {
      "Moves everything that runs on a host away, and keeps batches from moving anything there (`godwit uncordon` lifts that).",
      "Before anything is moved, it lists what cannot be, with every reason; that blocks nothing else.",
      "It is a batch: `godwit batch status|pause|abort|retry` are for it, too.",
      "",
      "Exit codes: as of `godwit batch`."
    })
final class DrainCommand implements Callable<Integer> {
  private final Clock clock = Clock.systemUTC();

  @Mixin private Connection connection = new Connection();

  @Parameters(paramLabel = "HOST", description = "The host to be emptied.")
  private String host = "";

  @Option(
      names = "--to",
      paramLabel = "DEVICE",
      split = ",",
      description = "Devices that may take them (default: any).")
  private List<String> devices = List.of();

  @Option(
      names = "--to-label",
      paramLabel = "NAME=VALUE",
      description = "Labels that a device must have.")
  private Map<String, String> labels = Map.of();

  @Option(names = "--dry-run", description = "Say what would be moved and what cannot; no cordon.")
  private boolean dryRun;

  @Option(
      names = "--at-once",
      paramLabel = "N",
      defaultValue = "2",
      description = "How many are under way at a time (default: ${DEFAULT-VALUE}).")
  private int atOnce = 2;

  @Option(
      names = "--remove-source",
      description = "Remove what was moved from the host; it is kept, stopped, otherwise.")
  private boolean removeSource;

  @Option(names = "--detach", description = "Only ask for it; do not wait.")
  private boolean detach;

  @Option(names = "--output", paramLabel = "text|json", defaultValue = "text")
  private OutputForm output = OutputForm.text;

  @Override
  public Integer call() {
    if (atOnce < 1) {
      System.err.println("--at-once is at least 1.");
      return ExitStatus.USAGE.code();
    }
    if (!dryRun) {
      CordonCommand.say(connection, clock, host, true, "drained");
    }
    BatchRequest.Builder request =
        BatchRequest.newBuilder()
            .setName("drain " + host)
            .setRequestedBy(System.getProperty("user.name", ""))
            .setDryRun(dryRun)
            .addSources(ContainerSelector.newBuilder().addHosts(host))
            .setTargets(DeviceSelector.newBuilder().addAllDevices(devices).putAllLabels(labels))
            .setLimits(BatchLimits.newBuilder().setPerHost(atOnce).setOverall(Math.max(5, atOnce)))
            .setDefaults(BatchPolicy.newBuilder().setRemoveSource(removeSource));
    return new BatchFollowing(connection, clock, output == OutputForm.json)
        .run(request, !detach)
        .code();
  }
}
