package io.godwit.cli;

import io.godwit.contract.AbortRequest;
import io.godwit.contract.Request;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import io.godwit.service.Settings;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code godwit abort}: the container runs on at its source, unless a device has claimed it
 * already.
 */
@Command(
    name = "abort",
    mixinStandardHelpOptions = true,
    description =
        "Asks for a migration to be given up. Has no effect once a device has claimed it: the log decides, and `godwit status` tells.")
final class AbortCommand implements Callable<Integer> {
  @Mixin private Connection connection = new Connection();

  @Parameters(paramLabel = "MIGRATION", description = "The migration's whole id.")
  private String migration = "";

  @Option(
      names = "--from",
      paramLabel = "HOST",
      description = "The source host (default: as for migrate).")
  private @Nullable String host;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "asked for by the operator",
      description = "Why, for the log.")
  private String reason = "";

  @Override
  public Integer call() {
    Settings settings = connection.settings();
    AbortRequest abort =
        AbortRequest.newBuilder().setMigrationId(migration).setReason(reason).build();
    try (Publisher publisher = KafkaMessaging.of(settings).publisher()) {
      publisher.publish(
          Topic.REQUESTS,
          Optional.ofNullable(host).orElseGet(settings::host),
          Request.newBuilder().setAbort(abort).build());
    }
    System.out.println("Asked for. `godwit status " + migration + "` tells what came of it.");
    return ExitStatus.DONE.code();
  }
}
