package io.godwit.agent;

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

/** The restorer-agent in a JVM of its own. */
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
          Usage.of(Agent.SERVICE, "takes containers in on this machine", Main.class).answer(args);
      if (answer.isPresent()) {
        System.out.println(answer.get());
      } else {
        run(Clock.systemUTC());
      }
    } catch (SettingsException e) {
      System.err.println(Agent.SERVICE + ": " + e.getMessage());
      System.exit(ServiceExit.BAD_SETTINGS.code());
    }
  }

  private static void run(Clock clock) throws IOException, InterruptedException {
    try (ServiceRuntime runtime = new ServiceRuntime(Agent.SERVICE, Settings.ofProcess(), clock)) {
      var blobs = runtime.adopt("blobs", new S3BlobStore(runtime.settings(), runtime.metrics()));
      var kafka = runtime.adopt("kafka", new KafkaMessaging(runtime));
      kafka.createTopicsPatiently();
      Agent.start(runtime, kafka, blobs, clock);
      runtime.ready();
      runtime.awaitStop();
    }
  }
}
