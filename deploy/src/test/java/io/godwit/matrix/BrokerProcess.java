package io.godwit.matrix;

import io.godwit.standalone.DeviceListener;
import io.godwit.standalone.EmbeddedKafka;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * The embedded broker in a JVM of its own: FOLDER, its port on 127.0.0.1, the port on 127.0.0.2
 * that proxies reach it at, and the address that it tells the clients of those, where it is the
 * proxy's.
 */
final class BrokerProcess {
  private BrokerProcess() {}

  public static void main(String[] args) throws Exception {
    DeviceListener behindProxy =
        new DeviceListener("127.0.0.2", Integer.parseInt(args[2]), args[3]);
    try (EmbeddedKafka kafka =
        EmbeddedKafka.start(
            Path.of(args[0]), Integer.parseInt(args[1]), Optional.of(behindProxy))) {
      System.out.println("The broker is up at " + kafka.bootstrap());
      new CountDownLatch(1).await();
    }
  }
}
