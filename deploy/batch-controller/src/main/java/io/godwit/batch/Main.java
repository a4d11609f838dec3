package io.godwit.batch;

import io.godwit.messaging.KafkaMessaging;
import io.godwit.service.ServiceRuntime;
import io.godwit.service.Settings;
import io.godwit.service.Usage;
import java.io.IOException;
import java.time.Clock;

/** The batch controller in a JVM of its own. */
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
        Usage.of(
                BatchController.SERVICE,
                "moves many containers, in waves and within limits",
                Main.class)
            .serve(args, System.out, System.err, () -> run(Clock.systemUTC()));
    if (exit != 0) {
      System.exit(exit);
    }
  }

  private static void run(Clock clock) throws IOException, InterruptedException {
    try (ServiceRuntime runtime =
        new ServiceRuntime(BatchController.SERVICE, Settings.ofProcess(), clock)) {
      KafkaMessaging kafka = runtime.adopt("kafka", new KafkaMessaging(runtime));
      kafka.createTopicsPatiently(BatchController.PARTY);
      BatchController.start(runtime, kafka, clock);
      runtime.ready();
      runtime.awaitStop();
    }
  }
}
