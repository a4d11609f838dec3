package io.godwit.standalone;

import io.godwit.agent.Agent;
import io.godwit.batch.BatchController;
import io.godwit.blob.S3BlobStore;
import io.godwit.checkpointer.Checkpointer;
import io.godwit.converter.service.Converter;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.service.ServiceRuntime;
import io.godwit.service.Setting;
import io.godwit.service.Settings;
import io.godwit.service.StateLock;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;

/**
 * Everything that a machine needs in one JVM: broker, S3 store, converter, checkpointer, agent and
 * batch controller, with their data in one folder that survives restarts.
 */
public final class Standalone {
  /** What a device's agent needs to find this machine, in the data folder. */
  public static final String DEVICE_ENVIRONMENT = "device.env";

  private static final String LOOPBACK = "127.0.0.1";

  private Standalone() {}

  /**
   * What the operator chooses.
   *
   * @param data folder for all data, created when missing
   * @param kafkaPort on 127.0.0.1, for this machine; 0 takes a free one
   * @param deviceKafkaPort for devices; 0 takes a free one
   * @param s3Port for everybody; 0 takes a free one
   * @param bind address that devices' connections come in at
   * @param advertise this machine's address as devices know it
   */
  public record Options(
      Path data, int kafkaPort, int deviceKafkaPort, int s3Port, String bind, String advertise) {}

  /**
   * Starts all of it and returns what holds it together: closing that stops everything.
   *
   * @param given names this machine, as host and as device alike, and the metrics port; Kafka and
   *     S3 are this class's to say
   * @throws IOException when a part does not start
   */
  public static ServiceRuntime start(Settings given, Options options, Clock clock)
      throws IOException, InterruptedException {
    Path data = options.data().toAbsolutePath();
    StateLock lock = StateLock.take(data, clock);
    Credentials credentials = Credentials.of(data, new SecureRandom());
    EmbeddedKafka broker =
        EmbeddedKafka.start(
            data.resolve("kafka"),
            options.kafkaPort(),
            Optional.of(
                new DeviceListener(
                    options.bind(), options.deviceKafkaPort(), options.advertise())));
    EmbeddedS3 store =
        EmbeddedS3.start(
            data.resolve("s3"),
            options.bind(),
            options.s3Port(),
            credentials.accessKey(),
            credentials.secretKey());
    Settings settings =
        given
            .with(Setting.DEVICE, given.host())
            .with(Setting.KAFKA, broker.bootstrap())
            .with(Setting.S3_ENDPOINT, store.endpoint().toString())
            .with(Setting.S3_ACCESS_KEY, credentials.accessKey())
            .with(Setting.S3_SECRET_KEY, credentials.secretKey())
            .with(Setting.STATE_DIR, data.resolve("state").toString());
    writeDeviceEnvironment(
        data.resolve(DEVICE_ENVIRONMENT),
        settings,
        broker,
        store.endpoint(options.advertise()).toString());

    ServiceRuntime runtime = new ServiceRuntime("standalone", settings, clock);
    runtime.adopt("data folder", lock);
    // First in, last out: the services say their last words to a broker that still listens.
    runtime.adopt("broker", broker);
    runtime.adopt("store", store);
    startServices(runtime, clock);
    return runtime;
  }

  private static void startServices(ServiceRuntime runtime, Clock clock)
      throws IOException, InterruptedException {
    KafkaMessaging kafka = runtime.adopt("kafka", new KafkaMessaging(runtime));
    kafka.createTopics(
        Converter.PARTY,
        BatchController.PARTY,
        Checkpointer.party(runtime.settings()),
        Agent.party(runtime.settings()));
    S3BlobStore blobs =
        runtime.adopt("blobs", new S3BlobStore(runtime.settings(), runtime.metrics()));
    Converter.start(runtime, kafka, blobs, clock);
    Checkpointer.start(runtime, kafka, blobs, clock);
    BatchController.start(runtime, kafka, clock);
    // Last: it waits for the Engine where an earlier run left something to settle.
    Agent.start(runtime, kafka, blobs, clock);
  }

  private static void writeDeviceEnvironment(
      Path file, Settings settings, EmbeddedKafka broker, String endpoint) throws IOException {
    StringBuilder lines = new StringBuilder();
    append(lines, Setting.KAFKA, broker.deviceBootstrap().orElse(LOOPBACK));
    append(lines, Setting.TOPIC_PREFIX, settings.topicPrefix());
    append(lines, Setting.S3_ENDPOINT, endpoint);
    append(lines, Setting.S3_BUCKET, settings.s3Bucket());
    append(lines, Setting.S3_ACCESS_KEY, settings.s3AccessKey());
    append(lines, Setting.S3_SECRET_KEY, settings.s3SecretKey());
    Credentials.OwnerOnly.write(file, lines.toString());
  }

  private static void append(StringBuilder lines, Setting setting, String value) {
    lines.append(setting.variable()).append('=').append(value).append('\n');
  }
}
