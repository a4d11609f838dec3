package io.godwit.checkpointer;

import io.godwit.blob.S3BlobStore;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.service.ServiceExit;
import io.godwit.service.ServiceRuntime;
import io.godwit.service.Settings;
import io.godwit.service.SettingsException;
import io.godwit.service.Usage;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;

/** The checkpointer in a JVM of its own. */
public final class Main {
  private Main() {}

  /**
   * Runs until SIGTERM; ends with 2 when a setting is missing or makes no sense.
   *
   * @param args none, or what {@link Usage} answers; everything else is in the environment ({@link
   *     io.godwit.service.Setting})
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    try {
      Optional<String> answer =
          Usage.of(Checkpointer.SERVICE, "moves this machine's containers to devices", Main.class)
              .answer(args);
      if (answer.isPresent()) {
        System.out.println(answer.get());
      } else {
        run(Clock.systemUTC());
      }
    } catch (SettingsException e) {
      System.err.println(Checkpointer.SERVICE + ": " + e.getMessage());
      System.exit(ServiceExit.BAD_SETTINGS.code());
    }
  }

  private static void run(Clock clock) throws IOException, InterruptedException {
    try (ServiceRuntime runtime =
        new ServiceRuntime(Checkpointer.SERVICE, Settings.ofProcess(), clock)) {
      S3BlobStore blobs =
          runtime.adopt("blobs", new S3BlobStore(runtime.settings(), runtime.metrics()));
      KafkaMessaging kafka = runtime.adopt("kafka", new KafkaMessaging(runtime));
      kafka.createTopicsPatiently();
      Checkpointer.start(runtime, kafka, blobs, clock);
      runtime.ready();
      runtime.awaitStop();
    }
  }
}
