package io.godwit.matrix;

import io.godwit.matrix.Wires.Moment;
import io.godwit.matrix.Wires.Then;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Stands between one service and the Engine or the store. One call a connection: it asks the server
 * to close after the answer, so that bodies can pass unread.
 */
final class HttpProxy implements AutoCloseable {
  private static final byte[] REFUSAL =
      ("HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n"
              + "Content-Length: 30\r\nConnection: close\r\n\r\n{\"message\":\"out of sorts now\"}\n")
          .getBytes(StandardCharsets.US_ASCII);

  private final String who;
  private final ServerSocketChannel listener;
  private final SocketAddress server;
  private final Wires wires;

  private HttpProxy(String who, ServerSocketChannel listener, SocketAddress server, Wires wires) {
    this.who = who;
    this.listener = listener;
    this.server = server;
    this.wires = wires;
  }

  /**
   * Listens at an address and forwards to another; each may be a path or a port.
   *
   * @param who calls through it
   */
  static HttpProxy start(String who, SocketAddress listen, SocketAddress server, Wires wires)
      throws IOException {
    ServerSocketChannel listener =
        listen instanceof UnixDomainSocketAddress
            ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            : ServerSocketChannel.open();
    listener.bind(listen);
    HttpProxy proxy = new HttpProxy(who, listener, server, wires);
    Thread.ofVirtual().name("proxy of " + who).start(proxy::accept);
    return proxy;
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        SocketChannel client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      InputStream in = new BufferedInputStream(Channels.newInputStream(client));
      Optional<String> head = head(in);
      if (head.isEmpty()) {
        return;
      }
      String line = line(head.get());
      switch (wires.meet(who, line, Moment.BEFORE)) {
        case PASSES -> forward(client, in, head.get(), line);
        case IS_CUT -> {}
        case IS_REFUSED -> refuse(client);
      }
    } catch (IOException cut) {
      // One side is gone; the other sees its connection closed.
    }
  }

  private void forward(SocketChannel client, InputStream body, String head, String line)
      throws IOException {
    try (SocketChannel upstream = SocketChannel.open(server)) {
      OutputStream out = Channels.newOutputStream(upstream);
      out.write(closing(head).getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      Thread.ofVirtual().start(() -> pump(body, out));
      InputStream answer = new BufferedInputStream(Channels.newInputStream(upstream));
      Optional<String> first = head(answer);
      while (first.filter(status -> status.startsWith("HTTP/1.1 100")).isPresent()) {
        Channels.newOutputStream(client).write(first.get().getBytes(StandardCharsets.ISO_8859_1));
        first = head(answer);
      }
      if (first.isEmpty()) {
        return;
      }
      Then then = wires.meet(who, line, Moment.AFTER);
      switch (then) {
        case PASSES -> {
          OutputStream back = Channels.newOutputStream(client);
          back.write(closing(first.get()).getBytes(StandardCharsets.ISO_8859_1));
          answer.transferTo(back);
        }
        case IS_CUT -> {}
        case IS_REFUSED -> {
          answer.transferTo(OutputStream.nullOutputStream());
          refuse(client);
        }
      }
    }
  }

  private static void refuse(SocketChannel client) throws IOException {
    Channels.newOutputStream(client).write(REFUSAL);
    client.shutdownOutput();
    // What the caller still sends is read: a reset would overtake the answer.
    Channels.newInputStream(client).transferTo(OutputStream.nullOutputStream());
  }

  private static void pump(InputStream from, OutputStream to) {
    try {
      byte[] buffer = new byte[64 << 10];
      for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
        to.write(buffer, 0, read);
        to.flush();
      }
    } catch (IOException closed) {
      // The call is over.
    }
  }

  /** Up to and with the empty line; nothing where the connection ended before. */
  private static Optional<String> head(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int newlines = 0;
    while (newlines < 2) {
      int next = in.read();
      if (next < 0) {
        return Optional.empty();
      }
      bytes.write(next);
      newlines = next == '\n' ? newlines + 1 : next == '\r' ? newlines : 0;
    }
    return Optional.of(bytes.toString(StandardCharsets.ISO_8859_1));
  }

  /** Method and path, without the API's version. */
  private static String line(String head) {
    String[] words = head.lines().findFirst().orElse("").split(" ", -1);
    return words[0] + " " + words[1].replaceFirst("^/v1\\.[0-9]+/", "/");
  }

  private static String closing(String head) {
    StringBuilder changed = new StringBuilder();
    head.lines()
        .filter(line -> !line.isEmpty())
        .filter(line -> !line.toLowerCase(Locale.ROOT).startsWith("connection:"))
        .forEach(line -> changed.append(line).append("\r\n"));
    return changed.append("Connection: close\r\n\r\n").toString();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
