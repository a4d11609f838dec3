package io.godwit.e2e;

import io.godwit.contract.DeviceProfile;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.service.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A source host (this machine with {@code godwit standalone}) and a virtual ARM64 device whose
 * agent is connected to it. Comes up when the first test asks for it and goes down with the last.
 */
final class World implements AutoCloseable {
  /** The port that {@code kv} is published on, on the source and in the device. */
  static final int KV_PORT = 17070;

  private static final String HOST = "e2e-host";

  private final Path program;
  private final Docker docker = Docker.ofThisMachine();
  private final Device device;
  private final Standalone standalone;
  private final int kafkaPort;
  private final int kvForward;
  private final List<String> deviceOptions;

  private World(Path root, Path data) {
    program = root.resolve("deploy/target/dist/bin/godwit");
    Shell.run(
            Duration.ofMinutes(2),
            List.of(
                root.resolve("deploy/workloads/images.sh").toString(),
                root.resolve("deploy/target/workloads").toString()))
        .orFail();
    kafkaPort = freePort();
    int deviceKafkaPort = freePort();
    int s3Port = freePort();
    kvForward = freePort();
    standalone =
        new Standalone(
            program,
            data,
            List.of(
                "--data",
                data.toString(),
                "--host",
                HOST,
                "--kafka-port",
                Integer.toString(kafkaPort),
                "--device-kafka-port",
                Integer.toString(deviceKafkaPort),
                "--s3-port",
                Integer.toString(s3Port)));
    device = new Device(root.resolve("deploy/device/device"), "e2e");
    device.remove();
    deviceOptions =
        List.of(
            "--agent",
            root.resolve("restorer-agent/target/dist").toString(),
            "--env-file",
            data.resolve("device.env").toString(),
            "--forward",
            kvForward + ":" + KV_PORT);
    startDevice();
  }

  Docker docker() {
    return docker;
  }

  Device device() {
    return device;
  }

  Standalone standalone() {
    return standalone;
  }

  String host() {
    return HOST;
  }

  /** Where this machine finds the device's published {@link #KV_PORT}. */
  int kvForward() {
    return kvForward;
  }

  Settings settings() {
    return new Settings(Map.of("GODWIT_KAFKA", "127.0.0.1:" + kafkaPort, "GODWIT_HOST", HOST));
  }

  /** The command as a user calls it. */
  Shell.Result godwit(String... arguments) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    return Shell.run(
        Duration.ofMinutes(12),
        Map.of(
            "JAVA_HOME",
            System.getProperty("java.home"),
            "GODWIT_KAFKA",
            "127.0.0.1:" + kafkaPort,
            "GODWIT_HOST",
            HOST),
        command);
  }

  /**
   * Boots the device, again after its power was cut, and waits until it has announced itself anew.
   */
  void startDevice() {
    long before = System.currentTimeMillis();
    device.start(deviceOptions.toArray(String[]::new));
    awaitAnnouncement(before);
  }

  /** Starts the agent that was killed, and waits until it has announced the device anew. */
  void restartAgent() {
    long before = System.currentTimeMillis();
    device.restartAgent();
    awaitAnnouncement(before);
  }

  private void awaitAnnouncement(long before) {
    try (var directory = KafkaMessaging.of(settings()).deviceDirectory()) {
      Awaitility.await("the device to announce itself")
          .atMost(Duration.ofMinutes(5))
          .pollInterval(Duration.ofSeconds(1))
          .until(() ->
              directory
                  .find(device.name())
                  .map(DeviceProfile::getHeartbeatMs)
                  .filter(heard -> heard > before)
                  .isPresent());
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try (standalone) {
      device.remove();
    }
  }

  /** Gives the one world to every test that names it as a parameter. */
  static final class Given implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == World.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(Namespace.create(World.class))
          .computeIfAbsent(World.class, key -> create(), World.class);
    }

    private static World create() {
      try {
        return new World(
            Path.of(System.getProperty("godwit.root")).toAbsolutePath(),
            Files.createTempDirectory("godwit-e2e"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
