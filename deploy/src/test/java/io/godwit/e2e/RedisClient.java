package io.godwit.e2e;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * Speaks RESP2 (redis.io/docs/reference/protocol-spec), as much as the tests ask for: text in, text
 * out.
 */
final class RedisClient implements AutoCloseable {
  private final Socket socket = new Socket();
  private final InputStream in;
  private final OutputStream out;

  /** Connects to that port of 127.0.0.1; an answer may take as long as it is given. */
  RedisClient(int port, Duration timeout) throws IOException {
    try {
      socket.connect(new InetSocketAddress("127.0.0.1", port), (int) timeout.toMillis());
      socket.setSoTimeout((int) timeout.toMillis());
      in = new BufferedInputStream(socket.getInputStream());
      out = socket.getOutputStream();
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Waits until the server answers: a published port takes connections before its container. */
  static RedisClient await(int port) {
    return Awaitility.await("redis to answer on port " + port)
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptions()
        .until(
            () -> {
              RedisClient client = new RedisClient(port, Duration.ofSeconds(60));
              if (client.ask("PING").equals("PONG")) {
                return client;
              }
              client.close();
              throw new IOException("not yet");
            },
            client -> true);
  }

  /** One command, its answer; elements of an array are lines, nil is {@code (nil)}. */
  String ask(String... words) throws IOException {
    send(words);
    return answer();
  }

  /** All commands in one go; their answers, in order. */
  List<String> askAll(List<String[]> commands) throws IOException {
    for (String[] command : commands) {
      send(command);
    }
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < commands.size(); i++) {
      answers.add(answer());
    }
    return answers;
  }

  void send(String... words) throws IOException {
    StringBuilder request = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      // Only ASCII is sent, so that characters are bytes.
      request.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
    }
    out.write(request.toString().getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  String answer() throws IOException {
    String line = line();
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+', ':' -> rest;
      case '$' -> rest.equals("-1") ? "(nil)" : bulk(Integer.parseInt(rest));
      case '*' -> rest.equals("-1") ? "(nil)" : array(Integer.parseInt(rest));
      default -> throw new IOException("redis answered " + line);
    };
  }

  /** Whether the server has closed this connection: waits for it as long as for an answer. */
  boolean seesItsConnectionClosed() {
    try {
      return in.read() == -1;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  private String array(int size) throws IOException {
    List<String> elements = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      elements.add(answer());
    }
    return String.join("\n", elements);
  }

  private String bulk(int size) throws IOException {
    byte[] bytes = in.readNBytes(size + 2);
    if (bytes.length < size + 2) {
      throw new EOFException("the connection was closed within an answer");
    }
    return new String(bytes, 0, size, StandardCharsets.US_ASCII);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int next = in.read();
      if (next == -1) {
        throw new EOFException("the connection was closed");
      }
      if (next == '\n') {
        return line.substring(0, line.length() - 1);
      }
      line.append((char) next);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
