package io.godwit.checkpointer.preflight;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.TcpTable;
import io.godwit.checkpointer.source.TcpTable.Connection;
import io.godwit.docker.Container;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether established TCP connections can be kept: each local address must be the container's on
 * the device, too. Loopback is; an address is where the container asks for it by {@code --ip} in a
 * network of the user's, which the device's Engine then gives to it, or refuses in the rehearsal.
 */
final class ConnectionChecks {
  private static final int NAMED_AT_MOST = 3;

  private final ProcFs proc;

  ConnectionChecks(ProcFs proc) {
    this.proc = proc;
  }

  /** Adds a reason where a connection's address does not stay. */
  void keep(Container container, List<HostProcess> all, List<Refusal> refusals) throws IOException {
    Set<String> kept = fixedAddresses(container);
    List<String> lost =
        TcpTable.established(proc, all).stream()
            .filter(connection -> !stays(connection, kept))
            .map(Connection::toString)
            .toList();
    if (!lost.isEmpty()) {
      refusals.add(
          new Refusal(
              RefusalKind.TCP_ADDRESS,
              container.name(),
              "Container %s has connections from an address that it will not have on the device: %s%s."
                  .formatted(
                      container.name(),
                      String.join(", ", lost.subList(0, Math.min(NAMED_AT_MOST, lost.size()))),
                      lost.size() > NAMED_AT_MOST
                          ? " and %d more".formatted(lost.size() - NAMED_AT_MOST)
                          : ""),
              "Move it with --tcp close, so that their peers connect again, or give it a fixed address (docker run --network NET --ip ADDRESS) in a network that both machines have."));
    }
  }

  private static boolean stays(Connection connection, Set<String> kept) {
    return connection.address().isLoopbackAddress()
        || kept.contains(connection.address().getHostAddress());
  }

  private static Set<String> fixedAddresses(Container container) {
    Set<String> addresses = new HashSet<>();
    container.networks().forEach(network -> addresses.addAll(network.fixed()));
    return addresses;
  }
}
