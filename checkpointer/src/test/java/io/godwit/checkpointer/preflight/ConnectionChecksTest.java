package io.godwit.checkpointer.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.docker.Container;
import io.godwit.refusal.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines are a kernel's own: a listener, a connection on loopback, one on the bridge. */
final class ConnectionChecksTest {
  private static final String HEAD =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
  private static final String LISTENER =
      "   0: 00000000:18EB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 501 1 0000000000000000 100 0 0 10 0\n";
  private static final String LOOPBACK =
      "   1: 0100007F:18EB 0100007F:C350 01 00000000:00000000 02:000A 00000000     0        0 502 2 0000000000000000 20 4 30 10 -1\n";
  private static final String BRIDGE =
      "   2: 020011AC:18EB 010011AC:C351 01 00000000:00000000 02:000A 00000000     0        0 503 2 0000000000000000 20 4 30 10 -1\n";
  private static final String MAPPED =
      "   0: 0000000000000000FFFF0000020011AC:18EB 0000000000000000FFFF0000010011AC:C352 01 00000000:00000000 00:00000000 00000000     0        0 504 1 0000000000000000 20 4 30 10 -1\n";

  @TempDir private Path proc;

  @BeforeEach
  void process() throws IOException {
    Files.createDirectories(proc.resolve("7/net"));
    Files.createDirectories(proc.resolve("7/fd"));
    Files.writeString(proc.resolve("7/net/tcp"), HEAD + LISTENER + LOOPBACK + BRIDGE);
    Files.writeString(proc.resolve("7/net/tcp6"), HEAD + MAPPED);
  }

  @Test
  void listenersAndLoopbackStay() throws IOException {
    hold(501, 502);
    assertTrue(reasons("{}").isEmpty());
  }

  @Test
  void addressOfTheBridgeDoesNotStay() throws IOException {
    hold(501, 502, 503);
    List<String> reasons = reasons("{\"bridge\": {\"IPAMConfig\": null}}");
    assertEquals(1, reasons.size());
    assertTrue(
        reasons.getFirst().contains("172.17.0.2:6379 with 172.17.0.1:50001"), reasons::toString);
  }

  @Test
  void mappedAddressOfAnIpv6SocketIsTheIpv4One() throws IOException {
    hold(504);
    assertTrue(reasons("{}").getFirst().contains("172.17.0.2:6379 with 172.17.0.1:50002"));
  }

  @Test
  void addressThatTheContainerAsksForStays() throws IOException {
    hold(503, 504);
    assertTrue(
        reasons("{\"mine\": {\"IPAMConfig\": {\"IPv4Address\": \"172.17.0.2\"}}}").isEmpty());
  }

  @Test
  void connectionsOfOthersInTheSameNetworkAreNotAskedFor() throws IOException {
    assertTrue(reasons("{}").isEmpty());
  }

  private void hold(long... inodes) throws IOException {
    for (long inode : inodes) {
      Files.createSymbolicLink(proc.resolve("7/fd/" + inode), Path.of("socket:[" + inode + "]"));
    }
  }

  private List<String> reasons(String networks) throws IOException {
    List<Refusal> refusals = new ArrayList<>();
    String inspect = "{\"Name\": \"/app\", \"NetworkSettings\": {\"Networks\": %s}}";
    new ConnectionChecks(new ProcFs(proc))
        .keep(
            Container.parse(inspect.formatted(networks)),
            List.of(new HostProcess(7, 70)),
            refusals);
    return refusals.stream().map(Refusal::words).toList();
  }
}
