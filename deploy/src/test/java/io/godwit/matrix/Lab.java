package io.godwit.matrix;

import io.godwit.checkpointer.migration.Journal;
import io.godwit.cli.Told;
import io.godwit.contract.DeviceProfile;
import io.godwit.docker.CriuOptions;
import io.godwit.e2e.Shell;
import io.godwit.messaging.Group;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Topic;
import io.godwit.service.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TopicListing;
import org.apache.kafka.common.Uuid;
import org.awaitility.Awaitility;

/** Everything that moves a container, each part a process of its own, with proxies between them. */
final class Lab implements AutoCloseable {
  /** The order of its tests: before a virtual machine is up, which takes a processor. */
  static final int FIRST = 0;

  /** {@link io.godwit.cores.KeepsACoreBusy}. */
  static final String KIND = "the lab";

  static final String HOST = "matrix-host";
  static final String DEVICE = "matrix-device";
  static final String CHECKPOINTER = "checkpointer";
  static final String CONVERTER = "converter";
  static final String AGENT = "restorer-agent";

  private static final String PROXY = "127.0.0.3";
  private static final String KEY = "matrix";
  private static final String PREFIX = "godwit.";

  /** Starting soon is worth more here than running fast. */
  private static final String JAVA_OPTS = "-XX:TieredStopAtLevel=1";

  private final Path root;
  private final Path folder;
  private final Wires wires = new Wires();
  private final OwnEngine engine;
  private final OwnProcess broker;
  private final OwnProcess store;
  private final int brokerPort = freePort();
  private final int proxiedPort = freePort();
  private final int storePort = freePort();
  private final List<AutoCloseable> proxies = new ArrayList<>();
  private final Map<String, OwnProcess> services = new HashMap<>();
  private final KafkaMessaging kafka;
  private final Publisher publisher;
  private Optional<Told> told = Optional.empty();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile Map<String, Uuid> topics = Map.of();

  /**
   * @param environment more of the Engine's
   */
  Lab(Path root, Path folder, Map<String, String> environment) throws IOException {
    this.root = root;
    this.folder = folder;
    engine = new OwnEngine(Files.createDirectories(folder.resolve("e")), environment);
    broker =
        java(
            "broker",
            BrokerProcess.class,
            "The broker is up",
            folder.resolve("kafka").toString(),
            Integer.toString(brokerPort),
            Integer.toString(proxiedPort),
            PROXY);
    store =
        java(
            "store",
            StoreProcess.class,
            "The store is up",
            folder.resolve("s3").toString(),
            Integer.toString(storePort),
            KEY,
            KEY + KEY);
    proxies.add(
        KafkaProxy.start(
            new InetSocketAddress(PROXY, proxiedPort),
            new InetSocketAddress("127.0.0.2", proxiedPort),
            wires,
            () -> topics));
    kafka = KafkaMessaging.of(settings());
    publisher = kafka.publisher();
    // A run that is cut off leaves no Engine behind.
    Runtime.getRuntime().addShutdownHook(new Thread(this::closeOnce));
  }

  /** Starts the services, and waits until a container could be moved. */
  void start() throws IOException {
    broker.awaitReady();
    store.awaitReady();
    for (String service : List.of(CHECKPOINTER, CONVERTER, AGENT)) {
      services.put(service, service(service, new Place(service, HOST, DEVICE, engine.socket())));
    }
    engine.awaitReady();
    Shell.run(
            Duration.ofMinutes(1),
            Map.of("DOCKER_HOST", "unix://" + engine.socket()),
            List.of(
                root.resolve("deploy/workloads/images.sh").toString(),
                root.resolve("deploy/target/workloads").toString()))
        .orFail();
    services.values().forEach(OwnProcess::awaitReady);
    learnTopics();
    told = Optional.of(new Told(kafka));
    awaitDevice(DEVICE);
  }

  Wires wires() {
    return wires;
  }

  OwnEngine engine() {
    return engine;
  }

  OwnProcess broker() {
    return broker;
  }

  OwnProcess store() {
    return store;
  }

  /** A service by its name. */
  OwnProcess service(String name) {
    return services.get(name);
  }

  /** For the test's own words with the broker, past the proxies. */
  Settings settings() {
    return new Settings(Map.of("GODWIT_KAFKA", "127.0.0.1:" + brokerPort, "GODWIT_HOST", HOST));
  }

  /** What a checkpointer, known by the name of its log, has written down. */
  Journal journal(String checkpointer) throws IOException {
    return new Journal(state(checkpointer));
  }

  Path root() {
    return root;
  }

  private Path state(String service) {
    return folder.resolve("state-" + service);
  }

  /**
   * Where a service works.
   *
   * @param log what its log, its state and its sockets are called here
   * @param engine the Engine's socket
   */
  record Place(String log, String host, String device, Path engine) {}

  /** One more process of a service, such as a second agent of one name. */
  OwnProcess service(String name, Place place) throws IOException {
    Path socket = folder.resolve(place.log() + ".sock");
    proxies.add(
        HttpProxy.start(
            place.log(),
            UnixDomainSocketAddress.of(socket),
            UnixDomainSocketAddress.of(place.engine()),
            wires));
    int port = freePort();
    proxies.add(
        HttpProxy.start(
            place.log(),
            new InetSocketAddress("127.0.0.1", port),
            new InetSocketAddress("127.0.0.1", storePort),
            wires));
    String module = name.equals(AGENT) ? "restorer-agent" : name;
    return new OwnProcess(
        place.log(),
        List.of(root.resolve(module + "/target/dist/bin/" + module).toString()),
        Map.ofEntries(
            Map.entry("GODWIT_KAFKA", PROXY + ":" + proxiedPort),
            Map.entry("GODWIT_S3_ENDPOINT", "http://127.0.0.1:" + port),
            Map.entry("GODWIT_S3_ACCESS_KEY", KEY),
            Map.entry("GODWIT_S3_SECRET_KEY", KEY + KEY),
            Map.entry("GODWIT_HOST", place.host()),
            Map.entry("GODWIT_DEVICE", place.device()),
            Map.entry("GODWIT_STATE_DIR", state(place.log()).toString()),
            Map.entry("DOCKER_HOST", "unix://" + socket),
            Map.entry("JAVA_OPTS", JAVA_OPTS)),
        folder.resolve(place.log() + ".log"),
        name + " is ready");
  }

  /** Everything is up, runs and is ready; nothing lies in wait. */
  void heal() {
    wires.clear();
    services.values().forEach(OwnProcess::goOn);
    if (!engine.isAlive()) {
      engine.start(true);
    }
    broker.start();
    store.start();
    broker.awaitReady();
    store.awaitReady();
    engine.awaitReady();
    services.values().forEach(OwnProcess::start);
    services.values().forEach(OwnProcess::awaitReady);
    // Who looked while its Engine was away has said that it is not fit.
    awaitDevice(DEVICE);
  }

  /** The test's own. */
  Publisher publisher() {
    return publisher;
  }

  /** What people are told. */
  Told told() {
    return told.orElseThrow();
  }

  /**
   * Takes a dead converter's work away at once. The broker would do so by itself, when it has not
   * heard of it for 15 s.
   */
  void forgetConverters() {
    try (Admin admin = admin()) {
      admin
          .removeMembersFromConsumerGroup(
              kafka.groupId(Topic.CHECKPOINTS, Group.shared(CONVERTER)),
              new RemoveMembersFromConsumerGroupOptions())
          .all()
          .get();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError("the dead converter is not forgotten", e);
    }
  }

  /** Asked where topics were made anew. */
  void learnTopics() {
    try (Admin admin = admin()) {
      Map<String, Uuid> ids = new HashMap<>();
      for (TopicListing topic : admin.listTopics().listings().get()) {
        if (topic.name().startsWith(PREFIX)) {
          ids.put(topic.name().substring(PREFIX.length()), topic.topicId());
        }
      }
      topics = Map.copyOf(ids);
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError("the broker does not tell its topics", e);
    }
  }

  Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + brokerPort));
  }

  void awaitDevice(String device) {
    try (var directory = kafka.deviceDirectory()) {
      Awaitility.await(device + " to announce itself fit")
          .atMost(Duration.ofMinutes(1))
          .until(() ->
              directory
                  .find(device)
                  .map(DeviceProfile::getUnfitList)
                  .filter(List::isEmpty)
                  .isPresent());
    }
  }

  private OwnProcess java(String name, Class<?> main, String ready, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                JAVA_OPTS,
                "-cp",
                root.resolve("deploy/target/test-classes")
                    + ":"
                    + root.resolve("deploy/target/dist/lib")
                    + "/*",
                main.getName()));
    command.addAll(List.of(arguments));
    return new OwnProcess(name, command, Map.of(), folder.resolve(name + ".log"), ready);
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
    closeOnce();
  }

  private void closeOnce() {
    if (closed.getAndSet(true)) {
      return;
    }
    try (engine;
        broker;
        store;
        kafka) {
      told.ifPresent(Told::close);
      services.values().forEach(OwnProcess::close);
      for (AutoCloseable proxy : proxies) {
        proxy.close();
      }
    } catch (Exception e) {
      throw new AssertionError("the lab in " + folder + " was not closed", e);
    }
    try {
      // Who was killed last may have left its options to the machine.
      new CriuOptions(CriuOptions.RUNC_CONF, Clock.systemUTC(), Sleeper.SYSTEM).recover();
    } catch (IOException e) {
      throw new AssertionError("CRIU's options are not as they were", e);
    }
    // What the services said stays for whoever looks for the cause of a failure.
    Shell.run(
        Duration.ofMinutes(1),
        List.of(
            "sh",
            "-c",
            "mkdir -p $2 && cp $1/*.log $1/e/*.log $2; rm -rf $1",
            "sh",
            folder.toString(),
            root.resolve("deploy/target/matrix").resolve(folder.getFileName()).toString()));
  }
}
