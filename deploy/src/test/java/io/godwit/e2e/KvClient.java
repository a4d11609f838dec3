package io.godwit.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * Speaks the line protocol of {@code kv} (deploy/workloads/README.md): one line in, one line out.
 */
final class KvClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final int IN_FLIGHT = 200;

  private final Socket socket = new Socket();
  private final BufferedReader in;
  private final OutputStream out;

  KvClient(int port) throws IOException {
    this(new InetSocketAddress("127.0.0.1", port));
  }

  KvClient(InetSocketAddress address) throws IOException {
    socket.connect(address, TIMEOUT_MILLIS);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    out = socket.getOutputStream();
  }

  /**
   * Waits until the server answers: a published port takes connections before its container does.
   */
  static void awaitAnswer(int port) {
    awaitAnswer(port, "PID", "PID ");
  }

  /**
   * The same for another server that speaks in lines: what it is asked, what its answer begins
   * with.
   */
  static void awaitAnswer(int port, String question, String answer) {
    Awaitility.await("an answer on port " + port)
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptions()
        .until(() -> {
          try (KvClient client = new KvClient(port)) {
            return client.ask(question).startsWith(answer);
          }
        });
  }

  String ask(String line) throws IOException {
    return askAll(List.of(line)).getFirst();
  }

  /** The next line of an answer that has several. */
  String next() throws IOException {
    return line(0);
  }

  private String line(int before) throws IOException {
    String line = in.readLine();
    if (line == null) {
      throw new IOException("the connection was closed after " + before + " answers");
    }
    return line;
  }

  /** Sends the lines some hundred at a time and returns the answers, in order. */
  List<String> askAll(List<String> lines) throws IOException {
    List<String> answers = new ArrayList<>(lines.size());
    for (int from = 0; from < lines.size(); from += IN_FLIGHT) {
      List<String> some = lines.subList(from, Math.min(lines.size(), from + IN_FLIGHT));
      out.write((String.join("\n", some) + "\n").getBytes(StandardCharsets.US_ASCII));
      out.flush();
      for (int i = 0; i < some.size(); i++) {
        answers.add(line(answers.size()));
      }
    }
    return answers;
  }

  /** Whether the server has closed this connection: waits for it as long as for an answer. */
  boolean seesItsConnectionClosed() {
    try {
      return in.readLine() == null;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
