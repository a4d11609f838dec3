package io.godwit.checkpointer.pages;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;
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
   * Who was let in.
   *
   * @param caller holds the other end
   */
  record Guest(SocketChannel connection, Callers.Caller caller) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      connection.close();
    }
  }

  /**
   * The dump's connection; turns away everybody else.
   *
   * @throws java.nio.channels.AsynchronousCloseException when the server is closed meanwhile
   */
  Guest await() throws IOException {
    while (true) {
      SocketChannel caller = server.accept();
      Optional<Callers.Caller> dump = dump(caller);
      if (dump.isPresent()) {
        return new Guest(caller, dump.get());
      }
      LOG.warn("{} is not the dump's: turned away", caller);
      caller.close();
    }
  }

  private Optional<Callers.Caller> dump(SocketChannel caller) {
    try {
      return callers.dump(
          (InetSocketAddress) caller.getRemoteAddress(),
          (InetSocketAddress) caller.getLocalAddress());
    } catch (IOException | RuntimeException e) {
      LOG.warn("it cannot be seen who connects to the page receiver", e);
      return Optional.empty();
    }
  }
}
