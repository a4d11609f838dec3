package io.godwit.checkpointer.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.checkpointer.source.TcpTable.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The lines are a kernel's own. */
final class TcpTableTest {
  private static final String HEAD =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

  @Test
  void aListenerHasNoPeer() throws IOException {
    assertEquals(
        List.of(
            new Socket(address("0.0.0.0", 6379), address("0.0.0.0", 0), false, 0, "socket:[501]")),
        TcpTable.sockets(
            HEAD
                + "   0: 00000000:18EB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 501 1 0000000000000000 100 0 0 10 0\n"));
  }

  @Test
  void aConnectionIsItsUsersWhileItIsEstablished() throws IOException {
    String line =
        "  12: 0100007F:18EB 0100007F:C350 %s 00000000:00000001 02:000A7F4C 00000002  1000        7 502 2 0000000000000000 20 4 30 10 -1\n";
    Socket socket =
        new Socket(
            address("127.0.0.1", 6379), address("127.0.0.1", 50000), true, 1000, "socket:[502]");
    assertEquals(List.of(socket), TcpTable.sockets(HEAD + line.formatted("01")));
    assertEquals(
        List.of(new Socket(socket.local(), socket.peer(), false, 1000, "socket:[502]")),
        TcpTable.sockets(HEAD + line.formatted("08")));
  }

  @Test
  void addressesOfIpv6AreReadByWords() throws IOException {
    assertEquals(
        List.of(
            new Socket(address("fe80::1:2", 80), address("2001:db8::3", 81), true, 0, "socket:[9]"),
            new Socket(
                address("172.17.0.2", 6379), address("172.17.0.1", 50002), true, 0, "socket:[10]")),
        TcpTable.sockets(
            HEAD
                + "   0: 000080FE000000000000000002000100:0050 B80D0120000000000000000003000000:0051 01 00000000:00000000 00:00000000 00000000     0        0 9 1 0000000000000000 20 4 30 10 -1\n"
                + "   1: 0000000000000000FFFF0000020011AC:18EB 0000000000000000FFFF0000010011AC:C352 01 00000000:00000000 00:00000000 00000000     0        0 10 1 0000000000000000 20 4 30 10 -1\n"));
  }

  private static InetSocketAddress address(String host, int port) {
    return new InetSocketAddress(host, port);
  }
}
