package io.godwit.standalone;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A Kafka broker and its controller (KRaft, combined) in this JVM. The folder is formatted at the
 * first start and kept.
 */
public final class EmbeddedKafka implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  private static final String LOOPBACK = "127.0.0.1";

  private final KafkaRaftServer server;
  private final String bootstrap;
  private final Optional<String> deviceBootstrap;

  private EmbeddedKafka(
      KafkaRaftServer server, String bootstrap, Optional<String> deviceBootstrap) {
    this.server = server;
    this.bootstrap = bootstrap;
    this.deviceBootstrap = deviceBootstrap;
  }

  /**
   * Starts a broker and waits until it answers.
   *
   * @param folder for its data; created when missing
   * @param port on 127.0.0.1, for this machine; 0 takes a free one
   * @param devices where devices reach it, when there are any
   * @throws IOException when a port is taken, the folder cannot be formatted or the broker does not
   *     start: most often because another process has the folder
   */
  public static EmbeddedKafka start(Path folder, int port, Optional<DeviceListener> devices)
      throws IOException, InterruptedException {
    Path data = folder.toAbsolutePath();
    Files.createDirectories(data);
    int local = freePort(LOOPBACK, port);
    int controller = freePort(LOOPBACK, 0);
    Optional<DeviceListener> listener =
        devices.isPresent() ? Optional.of(withPort(devices.get())) : Optional.empty();
    if (Files.notExists(data.resolve("meta.properties"))) {
      format(data);
    }
    KafkaRaftServer server =
        new KafkaRaftServer(
            new KafkaConfig(BrokerProperties.of(data, local, controller, listener)), Time.SYSTEM);
    EmbeddedKafka kafka =
        new EmbeddedKafka(
            server,
            LOOPBACK + ":" + local,
            listener.map(device -> device.advertisedHost() + ":" + device.port()));
    try {
      server.startup();
      kafka.awaitReady();
    } catch (IOException | RuntimeException | Error e) {
      server.shutdown();
      throw new IOException(
          "the embedded Kafka broker on %s (ports %d%s) did not start: %s"
              .formatted(data, local, listener.map(device -> ", " + device.port()).orElse(""), e),
          e);
    }
    return kafka;
  }

  /** Bootstrap servers for this machine. */
  public String bootstrap() {
    return bootstrap;
  }

  /** Bootstrap servers for devices, where they have a listener. */
  public Optional<String> deviceBootstrap() {
    return deviceBootstrap;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static DeviceListener withPort(DeviceListener devices) throws IOException {
    return new DeviceListener(
        devices.bind(), freePort(devices.bind(), devices.port()), devices.advertisedHost());
  }

  private static void format(Path data) throws IOException {
    try {
      new Formatter()
          .setPrintStream(
              new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
          .setNodeId(BrokerProperties.NODE)
          .setClusterId(Uuid.randomUuid().toString())
          .addDirectory(data.toString())
          .setMetadataLogDirectory(data.toString())
          .setControllerListenerName(BrokerProperties.CONTROLLER)
          .run();
    } catch (Exception e) {
      throw new IOException("the folder " + data + " cannot be formatted for Kafka: " + e, e);
    }
  }

  private void awaitReady() throws IOException, InterruptedException {
    int timeout = Math.toIntExact(START.toMillis());
    try (Admin admin =
        Admin.create(
            Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, timeout))) {
      admin.listTopics().names().get();
    } catch (ExecutionException e) {
      throw new IOException("it does not answer at " + bootstrap + ": " + e.getCause(), e);
    }
  }

  /**
   * Kafka must be told the ports that it advertises, so it cannot choose them itself; and one that
   * is taken is said here in a sentence, where the broker would die with a page.
   */
  private static int freePort(String bind, int port) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(bind, port));
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IOException(
          "the embedded Kafka broker cannot have port %d at %s: %s. Stop who has it, or give another."
              .formatted(port, bind, e.getMessage()),
          e);
    }
  }
}
