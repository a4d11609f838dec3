package io.godwit.simulation;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;

/**
 * The JVM's pollers of sockets are virtual threads, too, made with the first wait of one for a
 * socket. Made within a world they would end with it.
 */
final class Pollers {
  private Pollers() {}

  /** Has them made. */
  static void make() {
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Thread guest = Thread.ofVirtual().start(() -> accept(server));
      while (guest.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      server.close();
      guest.join();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void accept(ServerSocketChannel server) {
    try {
      server.accept();
    } catch (IOException e) {
      // It was closed, as was to be.
    }
  }
}
