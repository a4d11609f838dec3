package io.godwit.matrix;

import io.godwit.matrix.Wires.Moment;
import io.godwit.matrix.Wires.Then;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Stands between the services and the broker. Who calls is told by the client's id, which stands in
 * the head of every request (Kafka protocol, RequestHeader v1 and later); the topic of a Produce by
 * its name or id, whichever the request's version has.
 */
final class KafkaProxy implements AutoCloseable {
  private static final String CLIENT = "godwit-";

  private final ServerSocket listener;
  private final InetSocketAddress broker;
  private final Wires wires;
  private final Supplier<Map<String, Uuid>> topics;

  private KafkaProxy(
      ServerSocket listener,
      InetSocketAddress broker,
      Wires wires,
      Supplier<Map<String, Uuid>> topics) {
    this.listener = listener;
    this.broker = broker;
    this.wires = wires;
    this.topics = topics;
  }

  /**
   * Listens at an address and forwards to the broker.
   *
   * @param topics names without prefix, and ids
   */
  static KafkaProxy start(
      InetSocketAddress listen,
      InetSocketAddress broker,
      Wires wires,
      Supplier<Map<String, Uuid>> topics)
      throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(listen);
    KafkaProxy proxy = new KafkaProxy(listener, broker, wires, topics);
    Thread.ofVirtual().name("proxy of the broker").start(proxy::accept);
    return proxy;
  }

  private record Call(String who, String line) {}

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket()) {
      server.connect(broker);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Map<Integer, Call> open = new ConcurrentHashMap<>();
      Thread.ofVirtual().start(() -> answers(server, client, open));
      requests(client, server, open);
    } catch (IOException cut) {
      // One side is gone, and the other with it.
    }
  }

  private void requests(Socket client, Socket server, Map<Integer, Call> open) throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(server.getOutputStream()));
    while (true) {
      byte[] frame = in.readNBytes(in.readInt());
      ByteBuffer head = ByteBuffer.wrap(frame);
      short api = head.getShort();
      head.getShort();
      int correlation = head.getInt();
      Call call = call(api, head, frame);
      open.put(correlation, call);
      if (wires.meet(call.who(), call.line(), Moment.BEFORE) != Then.PASSES) {
        server.close();
        return;
      }
      out.writeInt(frame.length);
      out.write(frame);
      out.flush();
    }
  }

  private void answers(Socket server, Socket client, Map<Integer, Call> open) {
    try (client) {
      DataInputStream in = new DataInputStream(new BufferedInputStream(server.getInputStream()));
      DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(client.getOutputStream()));
      while (true) {
        byte[] frame = in.readNBytes(in.readInt());
        Call call = open.remove(ByteBuffer.wrap(frame).getInt());
        if (call != null && wires.meet(call.who(), call.line(), Moment.AFTER) != Then.PASSES) {
          server.close();
          return;
        }
        out.writeInt(frame.length);
        out.write(frame);
        out.flush();
      }
    } catch (IOException cut) {
      // One side is gone, and the other with it.
    }
  }

  private Call call(short api, ByteBuffer head, byte[] frame) {
    byte[] name = new byte[Math.max(0, head.getShort())];
    head.get(name);
    String client = new String(name, StandardCharsets.UTF_8);
    String who = client.startsWith(CLIENT) ? client.substring(CLIENT.length()) : client;
    ApiKeys key = ApiKeys.forId(api);
    return new Call(who, key == ApiKeys.PRODUCE ? "Produce " + topic(frame) : key.name);
  }

  private String topic(byte[] frame) {
    String bytes = HexFormat.of().formatHex(frame);
    for (Map.Entry<String, Uuid> topic : topics.get().entrySet()) {
      String name =
          HexFormat.of().formatHex(("." + topic.getKey()).getBytes(StandardCharsets.UTF_8));
      ByteBuffer id =
          ByteBuffer.allocate(16)
              .putLong(topic.getValue().getMostSignificantBits())
              .putLong(topic.getValue().getLeastSignificantBits());
      if (bytes.contains(HexFormat.of().formatHex(id.array())) || bytes.contains(name)) {
        // Of a device's own topics, which it is: not whose.
        return topic.getKey().replaceFirst("[.].*", "");
      }
    }
    return "?";
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
