package io.godwit.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.HistoryLine;
import io.godwit.checkpointer.migration.State;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/**
 * A client of redis that has one connection, counts by INCR on it, and notes how long each answer
 * took. It never connects again.
 */
final class OpenConnection implements AutoCloseable {
  private static final int PORT = 6379;
  private static final byte[] INCR =
      "*2\r\n$4\r\nINCR\r\n$5\r\ncount\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Socket socket;
  private final BufferedReader answers;
  private final List<Answer> got = new CopyOnWriteArrayList<>();
  private volatile String trouble = "";
  private volatile boolean closing;
  private final Thread thread = new Thread(this::count, "redis client");

  /** One answer, and how long it was waited for. */
  private record Answer(String line, Duration waited) {}

  private OpenConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.answers =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
  }

  static OpenConnection to(String address) {
    return Awaitility.await("redis to take a connection at " + address)
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(
            () -> {
              Socket socket = new Socket();
              socket.connect(new InetSocketAddress(address, PORT), 1000);
              OpenConnection connection = new OpenConnection(socket);
              connection.thread.start();
              return connection;
            },
            connection -> true);
  }

  private void count() {
    try {
      while (!closing) {
        Instant asked = Instant.now();
        socket.getOutputStream().write(INCR);
        String line = answers.readLine();
        got.add(new Answer(String.valueOf(line), Duration.between(asked, Instant.now())));
        if (line == null) {
          throw new IOException("the connection was closed");
        }
        Thread.sleep(20);
      }
    } catch (IOException e) {
      trouble = closing ? trouble : e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** It goes on, every answer came, and the longest was waited for as long as the freeze. */
  void assertUnbroken(Moving moving) {
    int sofar = got.size();
    Awaitility.await("more answers on the same connection: " + trouble)
        .atMost(Duration.ofSeconds(10))
        .until(() -> got.size() > sofar + 10 || !trouble.isEmpty());
    assertEquals("", trouble, moving::history);
    for (int i = 0; i < got.size(); i++) {
      assertEquals(":" + (i + 1), got.get(i).line());
    }
    Duration longest = got.stream().map(Answer::waited).max(Duration::compareTo).orElseThrow();
    Duration frozen = frozen(moving);
    System.out.printf(
        "redis's client waited %d ms at most; frozen for %d ms%n",
        longest.toMillis(), frozen.toMillis());
    assertTrue(
        longest.compareTo(frozen.plusMillis(1000)) < 0,
        () -> "a client waited for %s, and it was frozen for %s".formatted(longest, frozen));
  }

  /** From Freezing to RolledBack: no shorter than it stood still. */
  private static Duration frozen(Moving moving) {
    List<HistoryLine> history = moving.journaled().orElseThrow().order().history();
    return Duration.between(at(history, State.FREEZING), at(history, State.ROLLED_BACK));
  }

  private static Instant at(List<HistoryLine> history, State state) {
    return history.stream().filter(line -> line.state() == state).findFirst().orElseThrow().at();
  }

  @Override
  public void close() throws IOException {
    closing = true;
    socket.close();
    thread.interrupt();
  }
}
