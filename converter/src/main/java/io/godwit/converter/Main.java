package io.godwit.converter;

import io.godwit.blob.S3BlobStore;
import io.godwit.converter.service.Converter;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.service.ServiceRuntime;
import io.godwit.service.Settings;
import io.godwit.service.Usage;
import java.io.IOException;
import java.time.Clock;

/** The converter in a JVM of its own. */
public final class Main {
  private Main() {}

  /**
   * Runs until SIGTERM; ends with 2 when a setting is missing or makes no sense.
   *
   * @param args none, or what {@link Usage} answers; everything else is in the environment ({@link
   *     io.godwit.service.Setting})
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    int exit =
        Usage.of(Converter.SERVICE, "grafts checkpoints onto their devices' templates", Main.class)
            .serve(args, System.out, System.err, () -> run(Clock.systemUTC()));
    if (exit != 0) {
      System.exit(exit);
    }
  }

  private static void run(Clock clock) throws IOException, InterruptedException {
    try (ServiceRuntime runtime =
        new ServiceRuntime(Converter.SERVICE, Settings.ofProcess(), clock)) {
      KafkaMessaging kafka = runtime.adopt("kafka", new KafkaMessaging(runtime));
      kafka.createTopicsPatiently(Converter.PARTY);
      S3BlobStore blobs =
          runtime.adopt("blobs", new S3BlobStore(runtime.settings(), runtime.metrics()));
      Converter.start(runtime, kafka, blobs, clock);
      runtime.ready();
      runtime.awaitStop();
    }
  }
}
