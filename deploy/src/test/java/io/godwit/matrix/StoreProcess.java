package io.godwit.matrix;

import io.godwit.standalone.EmbeddedS3;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** The embedded store in a JVM of its own: FOLDER, PORT, access key and secret key. */
final class StoreProcess {
  private StoreProcess() {}

  public static void main(String[] args) throws Exception {
    try (EmbeddedS3 store =
        EmbeddedS3.start(
            Path.of(args[0]), "127.0.0.1", Integer.parseInt(args[1]), args[2], args[3])) {
      System.out.println("The store is up at " + store.endpoint());
      new CountDownLatch(1).await();
    }
  }
}
