package io.godwit.cli;

import io.godwit.service.ServiceRuntime;
import io.godwit.service.Setting;
import io.godwit.service.Settings;
import io.godwit.standalone.Standalone;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code godwit standalone}: a machine that needs nothing but itself. */
@Command(
    name = "standalone",
    mixinStandardHelpOptions = true,
    description = {
      "Runs Kafka, an S3 store, the converter, the checkpointer and this machine's agent in this process "
          + "until it is told to stop: containers leave from here, and come back.",
      "Everything is kept in the data folder across restarts; device.env there is what a device's agent needs.",
      "The connections are not encrypted: bind them to an address that only your devices reach."
    })
final class StandaloneCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "/var/lib/godwit/standalone",
      description = "Folder for all data (default: ${DEFAULT-VALUE}).")
  private Path data = Path.of("");

  @Option(
      names = "--host",
      paramLabel = "NAME",
      description =
          "This machine's name, as a source host and as a device (default: $GODWIT_HOST, else the hostname).")
  private @Nullable String host;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      defaultValue = "9092",
      description = "Kafka for this machine, on 127.0.0.1 (default: ${DEFAULT-VALUE}).")
  private int kafkaPort;

  @Option(
      names = "--device-kafka-port",
      paramLabel = "PORT",
      defaultValue = "9093",
      description = "Kafka for devices (default: ${DEFAULT-VALUE}).")
  private int deviceKafkaPort;

  @Option(
      names = "--s3-port",
      paramLabel = "PORT",
      defaultValue = "9000",
      description = "The S3 store (default: ${DEFAULT-VALUE}).")
  private int s3Port;

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description =
          "The address of this machine that devices connect to (default: ${DEFAULT-VALUE}, which virtual devices reach).")
  private String bind = "";

  @Option(
      names = "--advertise",
      paramLabel = "ADDRESS",
      defaultValue = "10.0.2.2",
      description =
          "This machine's address as devices know it (default: ${DEFAULT-VALUE}, as virtual devices do).")
  private String advertise = "";

  @Override
  public Integer call() throws IOException, InterruptedException {
    Settings settings =
        Optional.ofNullable(host)
            .map(name -> Settings.ofProcess().with(Setting.HOST, name))
            .orElseGet(Settings::ofProcess);
    Clock clock = Clock.systemUTC();
    Standalone.Options options =
        new Standalone.Options(data, kafkaPort, deviceKafkaPort, s3Port, bind, advertise);
    try (ServiceRuntime runtime = Standalone.start(settings, options, clock)) {
      runtime.ready();
      System.out.printf(
          "Machine %s, host and device. Kafka for this machine: %s%n",
          settings.host(), runtime.settings().kafka());
      System.out.printf(
          "A device's agent needs the environment in %s%n",
          data.toAbsolutePath().resolve(Standalone.DEVICE_ENVIRONMENT));
      System.out.println("Ready.");
      runtime.awaitStop();
      return ExitStatus.DONE.code();
    }
  }
}
