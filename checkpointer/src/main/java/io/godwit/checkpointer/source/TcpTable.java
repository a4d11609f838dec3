package io.godwit.checkpointer.source;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Established TCP connections of processes, out of {@code /proc/PID/net/tcp} and {@code tcp6}
 * (kernel, Documentation/networking/proc_net_tcp.rst): a line a socket, with local and remote
 * address in hexadecimal, the state, and the inode that descriptors name as {@code socket:[N]}.
 */
public final class TcpTable {
  /** TCP_ESTABLISHED (include/net/tcp_states.h). */
  private static final String ESTABLISHED = "01";

  private static final Pattern LINE =
      Pattern.compile(
          "\\s*\\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) \\S+ \\S+ \\S+\\s+\\d+\\s+\\d+ (\\d+)\\b.*");

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

  private TcpTable() {}

  /** The established connections that these processes of one network namespace hold. */
  public static List<Connection> established(ProcFs proc, List<HostProcess> processes)
      throws IOException {
    if (processes.isEmpty()) {
      return List.of();
    }
    List<String> held = new ArrayList<>();
    for (HostProcess process : processes) {
      held.addAll(proc.descriptors(process));
    }
    Set<String> sockets =
        held.stream().filter(name -> name.startsWith("socket:[")).collect(Collectors.toSet());
    List<Connection> found = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6")) {
      for (String line : proc.network(processes.getFirst(), table).lines().toList()) {
        Matcher matcher = LINE.matcher(line);
        if (matcher.matches()
            && matcher.group(5).equals(ESTABLISHED)
            && sockets.contains("socket:[" + matcher.group(6) + "]")) {
          found.add(
              new Connection(
                  address(matcher.group(1)),
                  Integer.parseInt(matcher.group(2), 16),
                  address(matcher.group(3)),
                  Integer.parseInt(matcher.group(4), 16)));
        }
      }
    }
    return found;
  }

  /** Words of 32 bits, each printed as a number of this machine, which is little-endian. */
  private static InetAddress address(String hexadecimal) throws IOException {
    byte[] bytes = new byte[hexadecimal.length() / 2];
    for (int i = 0; i < bytes.length; i++) {
      int at = (i & ~3) + 3 - (i & 3);
      bytes[i] = (byte) Integer.parseInt(hexadecimal.substring(2 * at, 2 * at + 2), 16);
    }
    // Of ::ffff:a.b.c.d, an IPv4 connection of an IPv6 socket, Java makes the IPv4 address.
    return InetAddress.getByAddress(bytes);
  }
}
