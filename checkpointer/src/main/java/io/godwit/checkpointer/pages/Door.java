package io.godwit.checkpointer.pages;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets the dump in and nobody else. */
final class Door {
  private static final Logger LOG = LoggerFactory.getLogger(Door.class);

  private final ServerSocketChannel server;
  private final Callers callers;

  Door(ServerSocketChannel server, Callers callers) {
    this.server = server;
    this.callers = callers;
  }

  /**
   * The dump's connection; turns away everybody else.
   *
   * @throws java.nio.channels.AsynchronousCloseException when the server is closed meanwhile
   */
  SocketChannel await() throws IOException {
    while (true) {
      SocketChannel caller = server.accept();
      if (isTheDump(caller)) {
        return caller;
      }
      LOG.warn("{} is not the dump's: turned away", caller);
      caller.close();
    }
  }

  private boolean isTheDump(SocketChannel caller) {
    try {
      return callers.isTheDump(
          (InetSocketAddress) caller.getRemoteAddress(),
          (InetSocketAddress) caller.getLocalAddress());
    } catch (IOException | RuntimeException e) {
      LOG.warn("it cannot be seen who connects to the page receiver", e);
      return false;
    }
  }
}
