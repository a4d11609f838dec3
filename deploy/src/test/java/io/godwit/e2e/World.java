package io.godwit.e2e;

import io.godwit.contract.DeviceProfile;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.service.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Machines that containers move between: this one with {@code godwit standalone}, a virtual ARM64
 * one and a virtual x86_64 one, each host and device at once. A virtual one boots when the first
 * test asks for it and stays. Each has a processor or two, emulated by a thread each: tests of the
 * one run beside those of the other, on the cores that this machine has.
 */
final class World implements AutoCloseable {
  /** The port that {@code kv} is published on, on the source and in the device. */
  static final int KV_PORT = 17070;

  /** What tests lock: {@link OnArm64}, {@link OnX86}. */
  static final String ARM64 = "the emulated ARM64 machine";

  static final String X86 = "the emulated x86_64 machine";

  /** Whoever kills it takes it for himself. */
  static final String STANDALONE = "this machine's services";

  /** An emulated machine that shares its core with another keeps no container's minute. */
  static final Duration FREEZE_BUDGET = Duration.ofMinutes(5);

  private static final String HOST = "e2e-host";
  private static final String COLLECTOR = "OTEL_EXPORTER_OTLP_ENDPOINT";

  private final Path root;
  private final Path data;
  private final Path program;
  private final Collector traces = new Collector();
  private final ThisMachine here;
  private final int kafkaPort;
  private final Device arm64;
  private final Device x86;
  private final Set<Device> booted = ConcurrentHashMap.newKeySet();

  private World(Path root, Path data) {
    this.root = root;
    this.data = data;
    program = root.resolve("deploy/target/dist/bin/godwit");
    Shell.run(
            Duration.ofMinutes(2),
            List.of(
                root.resolve("deploy/workloads/images.sh").toString(),
                root.resolve("deploy/target/workloads").toString()))
        .orFail();
    kafkaPort = Device.freePort();
    here =
        new ThisMachine(
            HOST,
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
                    Integer.toString(Device.freePort()),
                    "--s3-port",
                    Integer.toString(Device.freePort())),
                Map.of(COLLECTOR, "http://127.0.0.1:" + traces.port())));
    Path script = root.resolve("deploy/device/device");
    arm64 = new Device(script, "e2e");
    x86 = new Device(script, "e2e-x86");
  }

  /** This machine: another kernel, Docker, cgroup version and CRIU than the virtual ones have. */
  Machine here() {
    return here;
  }

  /** The virtual ARM64 machine. */
  Device device() {
    return booted(arm64);
  }

  /** The virtual x86_64 machine. */
  Device x86() {
    return booted(x86);
  }

  /** The virtual machines that are up. */
  Set<Device> booted() {
    return Set.copyOf(booted);
  }

  Docker docker() {
    return here.docker();
  }

  /** What the services of all machines export. */
  Collector traces() {
    return traces;
  }

  String host() {
    return HOST;
  }

  Settings settings() {
    return new Settings(Map.of("GODWIT_KAFKA", "127.0.0.1:" + kafkaPort, "GODWIT_HOST", HOST));
  }

  /** {@code godwit migrate CONTAINER --from … --to …} with further options. */
  Shell.Result migrate(String container, Machine from, Machine to, String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("migrate", container, "--from", from.name(), "--to", to.name()));
    arguments.addAll(List.of(options));
    return godwit(arguments.toArray(String[]::new));
  }

  /** The command as a user calls it. */
  Shell.Result godwit(String... arguments) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    if (arguments[0].equals("migrate") && !command.contains("--freeze-budget")) {
      command.addAll(List.of("--freeze-budget", FREEZE_BUDGET.toSeconds() + "s"));
    }
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

  private Device booted(Device device) {
    synchronized (device) {
      if (!booted.contains(device)) {
        device.remove();
        boot(device);
        booted.add(device);
      }
      return device;
    }
  }

  /** Boots a machine, again after its power was cut, and waits until it has announced itself. */
  void boot(Device device) {
    long before = System.currentTimeMillis();
    device.start(
        List.of(
            "--arch",
            device == x86 ? "amd64" : "arm64",
            "--agent",
            root.resolve("restorer-agent/target/dist").toString(),
            "--checkpointer",
            root.resolve("checkpointer/target/dist").toString(),
            "--env-file",
            environmentOfDevices().toString()));
    awaitAnnouncement(device, before);
  }

  /** What standalone says that a device needs, and where its traces go. */
  private Path environmentOfDevices() {
    try {
      // As virtual machines see this one's loopback.
      String collector = "\n%s=http://10.0.2.2:%d\n".formatted(COLLECTOR, traces.port());
      return Files.writeString(
          data.resolve("traced-device.env"),
          Files.readString(data.resolve("device.env")) + collector);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts services that were killed, and waits until the agent has announced its machine anew. */
  void restart(Machine machine, Machine.Service... services) {
    long before = System.currentTimeMillis();
    machine.startServices(services);
    if (List.of(services).contains(Machine.Service.AGENT)) {
      awaitAnnouncement(machine, before);
    }
  }

  private void awaitAnnouncement(Machine machine, long before) {
    try (var directory = KafkaMessaging.of(settings()).deviceDirectory()) {
      Awaitility.await(machine.name() + " to announce itself")
          // A minute where nothing else runs.
          .atMost(Duration.ofMinutes(10))
          .pollInterval(Duration.ofSeconds(1))
          .until(() ->
              directory
                  .find(machine.name())
                  .map(DeviceProfile::getHeartbeatMs)
                  .filter(heard -> heard > before)
                  .isPresent());
    }
  }

  @Override
  public void close() {
    try (Collector _ = traces;
        Standalone _ = here.standalone()) {
      // Also one that did not come up.
      List.of(arm64, x86).forEach(Device::remove);
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
