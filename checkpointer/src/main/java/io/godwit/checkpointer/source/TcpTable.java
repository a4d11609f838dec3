package io.godwit.checkpointer.source;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The TCP sockets of a network namespace, out of {@code /proc/PID/net/tcp} and {@code tcp6}
 * (kernel, Documentation/networking/proc_net_tcp.rst): a line a socket, with local and remote
 * address in hexadecimal, the state, the user, and the inode by which descriptors name it.
 */
public final class TcpTable {
  /** TCP_ESTABLISHED (include/net/tcp_states.h). */
  private static final String ESTABLISHED = "01";

  private static final Pattern LINE =
      Pattern.compile(
          "\\s*\\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) \\S+ \\S+ \\S+\\s+(\\d+)\\s+\\d+ (\\d+)\\b.*");

  /**
   * A connection, from the process's side.
   *
   * @param port local
   * @param peerPort the other's
   */
  public record Connection(InetAddress address, int port, InetAddress peer, int peerPort) {
    /** {@code 172.17.0.2:6379 with 172.17.0.1:51234}. */
    @Override
    public String toString() {
      return "%s:%d with %s:%d"
          .formatted(address.getHostAddress(), port, peer.getHostAddress(), peerPort);
    }
  }

  /**
   * A socket.
   *
   * @param peer of address 0 and port 0 where it is not connected
   * @param established whether it is connected now
   * @param user the number of whose it is
   * @param descriptor what a descriptor of it leads to, {@code socket:[N]}
   */
  public record Socket(
      InetSocketAddress local,
      InetSocketAddress peer,
      boolean established,
      long user,
      String descriptor) {}

  private TcpTable() {}

  /**
   * All sockets of a table.
   *
   * @param table as the kernel writes it, with its heading
   */
  public static List<Socket> sockets(String table) throws IOException {
    List<Socket> sockets = new ArrayList<>();
    for (String line : table.lines().toList()) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        sockets.add(
            new Socket(
                address(matcher.group(1), matcher.group(2)),
                address(matcher.group(3), matcher.group(4)),
                matcher.group(5).equals(ESTABLISHED),
                Long.parseLong(matcher.group(6)),
                "socket:[" + matcher.group(7) + "]"));
      }
    }
    return sockets;
  }

  /** The established connections that these processes of one network namespace hold. */
  public static List<Connection> established(ProcFs proc, List<HostProcess> processes)
      throws IOException {
    if (processes.isEmpty()) {
      return List.of();
    }
    Set<String> held = new HashSet<>();
    for (HostProcess process : processes) {
      held.addAll(proc.descriptors(process));
    }
    List<Connection> found = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6")) {
      for (Socket socket : sockets(proc.network(processes.getFirst(), table))) {
        if (socket.established() && held.contains(socket.descriptor())) {
          found.add(
              new Connection(
                  socket.local().getAddress(),
                  socket.local().getPort(),
                  socket.peer().getAddress(),
                  socket.peer().getPort()));
        }
      }
    }
    return found;
  }

  /** Words of 32 bits, each printed as a number of this machine, which is little-endian. */
  private static InetSocketAddress address(String hexadecimal, String port) throws IOException {
    byte[] bytes = new byte[hexadecimal.length() / 2];
    for (int i = 0; i < bytes.length; i++) {
      int at = (i & ~3) + 3 - (i & 3);
      bytes[i] = (byte) Integer.parseInt(hexadecimal.substring(2 * at, 2 * at + 2), 16);
    }
    // Of ::ffff:a.b.c.d, an IPv4 connection of an IPv6 socket, Java makes the IPv4 address.
    return new InetSocketAddress(InetAddress.getByAddress(bytes), Integer.parseInt(port, 16));
  }
}
