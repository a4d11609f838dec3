package io.godwit.checkpointer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;

/** Speaks kv's protocol: a line out, a line in. */
final class LineClient implements AutoCloseable {
  private static final int PATIENCE_MS = 20_000;

  private final Socket socket;
  private final BufferedReader in;

  private LineClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
  }

  /** Connects to a published port, as soon as the server behind it answers. */
  static LineClient connect(int port) {
    return Awaitility.await()
        .ignoreException(IOException.class)
        .atMost(Duration.ofMinutes(1))
        .until(() -> tried(port), client -> true);
  }

  // Docker's proxy accepts connections before the server in the container does.
  private static LineClient tried(int port) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MS);
      socket.setSoTimeout(PATIENCE_MS);
      LineClient client = new LineClient(socket);
      client.ask("PID");
      return client;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  String ask(String line) throws IOException {
    socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    return Optional.ofNullable(in.readLine())
        .orElseThrow(() -> new IOException("the server closed the connection"));
  }

  /** Whether the server's end is closed. */
  boolean isClosedByPeer() {
    try {
      ask("PID");
      return false;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException closed) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
