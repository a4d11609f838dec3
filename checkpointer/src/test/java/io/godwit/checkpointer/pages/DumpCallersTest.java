package io.godwit.checkpointer.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.source.ProcFs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who connects is told by this machine's own {@code /proc}. */
final class DumpCallersTest {
  private static final String CONTAINER = "0123456789abcdef";

  private final Callers callers = new DumpCallers(new ProcFs(Path.of("/proc")), CONTAINER);

  @Test
  void whatTheDumpOfTheContainerHasStartedIsLetIn() throws Exception {
    assertTrue(isLetIn("checkpoint", CONTAINER));
  }

  @Test
  void theDumpOfAnotherContainerIsNot() throws Exception {
    assertFalse(isLetIn("checkpoint", "fedcba9876543210"));
  }

  @Test
  void anotherCommandIsNot() throws Exception {
    assertFalse(isLetIn("exec", CONTAINER));
  }

  @Test
  void aProcessBesideTheDumpIsNot() throws Exception {
    Process dump = new ProcessBuilder("sh", "-c", "read line", "checkpoint", CONTAINER).start();
    try (ServerSocketChannel server = server();
        SocketChannel caller = SocketChannel.open(StandardProtocolFamily.INET)) {
      caller.connect(server.getLocalAddress());
      assertFalse(isLetIn(server));
    } finally {
      dump.destroy();
    }
  }

  /** Whether a child of such a command is. */
  private boolean isLetIn(String... words) throws Exception {
    try (ServerSocketChannel server = server()) {
      int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
      String call = "exec 3<>/dev/tcp/127.0.0.1/%d; read line".formatted(port);
      ProcessBuilder command =
          new ProcessBuilder("bash", "-c", "bash -c '%s'; true".formatted(call));
      command.command().addAll(java.util.List.of(words));
      Process process = command.start();
      try {
        return isLetIn(server);
      } finally {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
      }
    }
  }

  private boolean isLetIn(ServerSocketChannel server) throws IOException {
    try (SocketChannel caller = server.accept()) {
      Optional<Callers.Caller> dump =
          callers.dump(
              (InetSocketAddress) caller.getRemoteAddress(),
              (InetSocketAddress) caller.getLocalAddress());
      // By the number under which the shell has opened it.
      dump.ifPresent(found -> assertEquals(3, found.descriptor()));
      return dump.isPresent();
    }
  }

  private static ServerSocketChannel server() throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.INET);
    return server.bind(new InetSocketAddress("127.0.0.1", 0));
  }
}
