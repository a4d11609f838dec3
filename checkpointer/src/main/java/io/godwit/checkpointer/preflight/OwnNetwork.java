package io.godwit.checkpointer.preflight;

import io.godwit.checkpointer.source.Firewall;
import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.docker.Container;
import io.godwit.docker.Network;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What programs with CAP_NET_ADMIN made of a container's network: interfaces, addresses, routes,
 * filters. CRIU restores nothing of a network, the device's Engine makes it anew.
 */
final class OwnNetwork {
  private static final int CAP_NET_ADMIN = 12;

  private static final Pattern ENGINES = Pattern.compile("lo|eth\\d+");

  /** The Engine itself translates addresses there: for its DNS, in networks of the user's. */
  private static final String ENGINES_TABLE = "nat";

  /** Fields of {@code /proc/PID/net/route}. */
  private static final int DESTINATION = 1;

  private static final int GATEWAY = 2;
  private static final int MASK = 7;

  private final ProcFs proc;
  private final Firewall firewall;

  OwnNetwork(ProcFs proc, Firewall firewall) {
    this.proc = proc;
    this.firewall = firewall;
  }

  /**
   * Adds a reason that names all of it.
   *
   * @param first the container's first process
   */
  void check(Container container, HostProcess first, List<Refusal> refusals) throws IOException {
    if (!mayChange(first) || proc.sharesNamespace(first, "net")) {
      return;
    }
    List<Network> networks = container.networks();
    List<String> own = new ArrayList<>();
    interfaces(first).forEach(name -> own.add("interface " + name));
    addresses(first, networks).forEach(address -> own.add("address " + address));
    routes(first, networks).forEach(route -> own.add("route to " + route));
    for (String table : firewall.tables(first)) {
      if (!table.equals(ENGINES_TABLE)) {
        own.add("iptables " + table);
      }
    }
    if (!own.isEmpty()) {
      refusals.add(
          new Refusal(
              RefusalKind.OWN_NETWORK,
              container.name(),
              "Container %s changed its network itself (%s), and would have it as the Engine makes it on the device."
                  .formatted(container.name(), String.join(", ", own)),
              "Have that undone first."));
    }
  }

  private boolean mayChange(HostProcess first) throws IOException {
    long bounding = Long.parseUnsignedLong(proc.status(first, "CapBnd").orElse("0"), 16);
    return ((bounding >>> CAP_NET_ADMIN) & 1) == 1;
  }

  /** The kernel makes some in every network, such as tunl0: those that this machine has, too. */
  private Set<String> interfaces(HostProcess first) throws IOException {
    Set<String> own = new TreeSet<>(names(proc.network(first, "dev")));
    own.removeIf(name -> ENGINES.matcher(name).matches());
    own.removeAll(names(proc.ownNetwork("dev")));
    return own;
  }

  private static List<String> names(String table) {
    return table
        .lines()
        .filter(line -> line.contains(":"))
        .map(line -> line.substring(0, line.indexOf(':')).strip())
        .toList();
  }

  private Set<String> addresses(HostProcess first, List<Network> networks) throws IOException {
    Set<String> own = new TreeSet<>();
    String last = "";
    for (String line : proc.network(first, "fib_trie").lines().map(String::strip).toList()) {
      if (line.startsWith("|--")) {
        last = line.substring(3).strip();
      } else if (line.equals("/32 host LOCAL") && !last.startsWith("127.")) {
        own.add(last);
      }
    }
    networks.forEach(network -> own.remove(network.address()));
    return own;
  }

  private Set<String> routes(HostProcess first, List<Network> networks) throws IOException {
    Set<Integer> gateways = new HashSet<>(Set.of(0));
    Set<Long> subnets = new HashSet<>();
    for (Network network : networks) {
      if (!network.address().isEmpty()) {
        int mask = -1 << (Integer.SIZE - network.prefixLength());
        subnets.add(subnet(number(network.address()) & mask, mask));
      }
      if (!network.gateway().isEmpty()) {
        gateways.add(number(network.gateway()));
      }
    }
    Set<String> own = new TreeSet<>();
    for (String line : proc.network(first, "route").lines().skip(1).toList()) {
      String[] fields = line.strip().split("\\s+", -1);
      int destination = entry(fields[DESTINATION]);
      int gateway = entry(fields[GATEWAY]);
      int mask = entry(fields[MASK]);
      boolean engines =
          ENGINES.matcher(fields[0]).matches()
              && (mask == 0
                  ? gateways.contains(gateway)
                  : gateway == 0 && subnets.contains(subnet(destination, mask)));
      if (!engines) {
        own.add(mask == 0 ? "everywhere" : text(destination) + "/" + Integer.bitCount(mask));
      }
    }
    return own;
  }

  private static long subnet(int address, int mask) {
    return ((long) address << Integer.SIZE) | (mask & 0xFFFFFFFFL);
  }

  private static int number(String address) throws IOException {
    // Numeric, so nothing is looked up.
    return ByteBuffer.wrap(InetAddress.getByName(address).getAddress()).getInt();
  }

  /** The kernel writes the bytes as a number of this machine. */
  private static int entry(String hex) {
    int number = Integer.parseUnsignedInt(hex, 16);
    return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? number : Integer.reverseBytes(number);
  }

  private static String text(int address) throws IOException {
    return InetAddress.getByAddress(ByteBuffer.allocate(Integer.BYTES).putInt(address).array())
        .getHostAddress();
  }
}
