package io.godwit.checkpointer.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.source.Firewall;
import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.Container;
import io.godwit.refusal.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OwnNetworkTest {
  private static final String INSPECT =
      """
      {"Id": "c1", "Name": "/app", "NetworkSettings": {"Networks": {"bridge":
        {"IPAddress": "172.17.0.2", "IPPrefixLen": 16, "Gateway": "172.17.0.1"}}}}
      """;

  private static final String ROUTES =
      """
      Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
      eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0
      eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
      """;

  private static final String ADDRESSES =
      """
      Local:
        +-- 0.0.0.0/0 3 0 5
           |-- 127.0.0.1
              /32 host LOCAL
           |-- 172.17.0.2
              /32 host LOCAL
           |-- 172.17.255.255
              /32 link BROADCAST
      """;

  @TempDir private Path proc;
  private String rules = "-A INPUT -s 10.0.0.0/8 -j DROP\n";
  private int exit;

  @BeforeEach
  void asTheEngineMadeIt() throws IOException {
    for (String folder : List.of("7/ns", "7/net", "self/ns", "self/net")) {
      Files.createDirectories(proc.resolve(folder));
    }
    Files.createSymbolicLink(proc.resolve("self/ns/net"), Path.of("net:[1]"));
    Files.createSymbolicLink(proc.resolve("7/ns/net"), Path.of("net:[2]"));
    Files.writeString(proc.resolve("7/status"), "CapBnd:\t00000000a80435fb\n");
    Files.writeString(proc.resolve("self/net/dev"), "head\n lo: 0\n tunl0: 0\n eth0: 0\n");
    Files.writeString(proc.resolve("7/net/dev"), "head\n lo: 0\n tunl0: 0\n eth0: 0\n");
    Files.writeString(proc.resolve("7/net/route"), ROUTES);
    Files.writeString(proc.resolve("7/net/fib_trie"), ADDRESSES);
    Files.writeString(proc.resolve("7/net/ip_tables_names"), "nat\n");
  }

  @Test
  void networkAsTheEngineMadeItIsNoObstacle() throws IOException {
    assertEquals(List.of(), reasons());
  }

  @Test
  void everythingThatAProgramMadeIsNamed() throws IOException {
    Files.writeString(proc.resolve("7/net/dev"), "head\n lo: 0\n eth0: 0\n wg0: 0\n");
    Files.writeString(
        proc.resolve("7/net/route"),
        ROUTES + "eth0\t0000630A\t020011AC\t0003\t0\t0\t0\t00FFFFFF\t0\t0\t0\n");
    Files.writeString(
        proc.resolve("7/net/fib_trie"),
        ADDRESSES.replace("172.17.255.255", "10.97.0.1").replace("link BROADCAST", "host LOCAL"));
    Files.writeString(proc.resolve("7/net/ip_tables_names"), "filter\nnat\n");
    List<String> reasons = reasons();
    assertEquals(1, reasons.size());
    assertTrue(
        reasons
            .getFirst()
            .contains("(interface wg0, address 10.97.0.1, route to 10.99.0.0/24, iptables filter)"),
        reasons.getFirst());
  }

  @Test
  void defaultRouteByAnotherGatewayIsNamed() throws IOException {
    Files.writeString(proc.resolve("7/net/route"), ROUTES.replace("010011AC", "090011AC"));
    assertTrue(reasons().getFirst().contains("route to everywhere"));
  }

  @Test
  void containerThatMayNotChangeItsNetworkIsNotLookedAt() throws IOException {
    Files.writeString(proc.resolve("7/net/dev"), "head\n wg0: 0\n");
    Files.writeString(proc.resolve("7/status"), "CapBnd:\t00000000a80425fb\n");
    assertEquals(List.of(), reasons());
  }

  @Test
  void tableWithNothingInItIsNoObstacle() throws IOException {
    Files.writeString(proc.resolve("7/net/ip_tables_names"), "filter\nnat\n");
    Files.writeString(proc.resolve("7/net/ip6_tables_names"), "filter\n");
    rules = "";
    assertEquals(List.of(), reasons());
  }

  @Test
  void chainAndPolicyOfAProgramsOwnAreNamed() throws IOException {
    Files.writeString(proc.resolve("7/net/ip6_tables_names"), "filter\n");
    rules = ":MINE - [0:0]\n";
    assertTrue(reasons().getFirst().contains("(iptables filter)"));
    rules = ":FORWARD DROP [0:0]\n";
    assertTrue(reasons().getFirst().contains("(iptables filter)"));
  }

  @Test
  void tableThatCannotBeReadIsNamed() throws IOException {
    Files.writeString(proc.resolve("7/net/ip_tables_names"), "filter\n");
    exit = 127;
    assertTrue(reasons().getFirst().contains("(iptables filter)"));
  }

  /** As iptables-save(8) says it. */
  private CommandRunner.Result saved(List<String> command, Duration atMost) {
    String said = "*%s\n:INPUT ACCEPT [5:420]\n%sCOMMIT\n".formatted(command.getLast(), rules);
    return new CommandRunner.Result(exit, said.getBytes(StandardCharsets.UTF_8), "");
  }

  private List<String> reasons() throws IOException {
    List<Refusal> refusals = new ArrayList<>();
    ProcFs procFs = new ProcFs(proc);
    new OwnNetwork(procFs, new Firewall(procFs, this::saved))
        .check(Container.parse(INSPECT), new HostProcess(7, 70), refusals);
    return refusals.stream().map(Refusal::words).toList();
  }
}
