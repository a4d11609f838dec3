package io.godwit.agent.hold;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A network namespace as it is, seen through a process in it ({@code /proc/PID/net}).
 *
 * @param addresses its own, without those of the loopback and of one link only
 * @param interfaces their numbers by name, without the loopback's
 */
record NetworkNow(List<InetAddress> addresses, Map<String, Long> interfaces) {
  private static final String LOOPBACK = "lo";
  private static final String ANY_SCOPE = "00";

  /** Takes copies. */
  NetworkNow {
    addresses = List.copyOf(addresses);
    interfaces = Map.copyOf(interfaces);
  }

  /**
   * Reads it.
   *
   * @param process {@code /proc/PID}
   */
  static NetworkNow of(Path process) throws IOException {
    List<InetAddress> addresses = new ArrayList<>();
    Map<String, Long> interfaces = new TreeMap<>();
    readFour(lines(process, "fib_trie"), addresses);
    // "Idx Device : Count Querier", and below each the groups that it has joined.
    for (String line : lines(process, "igmp")) {
      String[] words = line.split("\\s+", 3);
      if (words.length == 3 && !words[0].isEmpty() && Character.isDigit(words[0].charAt(0))) {
        interfaces.put(words[1], Long.parseLong(words[0]));
      }
    }
    // Address, number, prefix, scope, flags, name.
    for (String line : lines(process, "if_inet6")) {
      String[] words = line.strip().split("\\s+", 6);
      interfaces.put(words[5], Long.parseLong(words[1], 16));
      InetAddress address = InetAddress.getByAddress(HexFormat.of().parseHex(words[0]));
      if (words[3].equals(ANY_SCOPE) && !address.isLoopbackAddress()) {
        addresses.add(address);
      }
    }
    interfaces.remove(LOOPBACK);
    return new NetworkNow(addresses, interfaces);
  }

  /** The table of local addresses: a leaf, and below it "/32 host LOCAL" where it is an own one. */
  private static void readFour(List<String> table, List<InetAddress> addresses) throws IOException {
    String leaf = "";
    for (String line : table) {
      if (line.contains("|-- ")) {
        leaf = line.substring(line.indexOf("|-- ") + 4).strip();
      } else if (line.strip().equals("/32 host LOCAL")) {
        InetAddress address = InetAddress.getByName(leaf);
        if (!address.isLoopbackAddress() && !addresses.contains(address)) {
          addresses.add(address);
        }
      }
    }
  }

  /** A kernel without IPv6 has no such file. */
  private static List<String> lines(Path process, String name) throws IOException {
    Path file = process.resolve("net").resolve(name);
    return Files.exists(file) ? Files.readAllLines(file, StandardCharsets.ISO_8859_1) : List.of();
  }
}
