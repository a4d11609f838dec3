package io.godwit.checkpointer.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.docker.CommandRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** This machine's iptables, in a network of its own. */
final class FirewallIT {
  private final CommandRunner commands = CommandRunner.ofProcesses();
  private final ProcFs processes = new ProcFs(Path.of("/proc"));
  private final Firewall firewall = new Firewall(processes, commands);
  private Process sleeper;

  @BeforeEach
  void begin() throws IOException {
    sleeper = new ProcessBuilder("unshare", "--net", "sleep", "600").start();
    HostProcess made = process();
    Awaitility.await().until(() -> !processes.sharesNamespace(made, "net"));
  }

  @AfterEach
  void end() {
    sleeper.destroyForcibly();
  }

  @Test
  void aTableThatANetworkWasHeldByStaysAndIsNoRule() throws IOException {
    iptables("-N", "GODWIT-HOLD");
    iptables("-A", "GODWIT-HOLD", "-j", "DROP");
    assertEquals(Set.of("filter"), firewall.tables(process()));
    iptables("-F", "GODWIT-HOLD");
    iptables("-X", "GODWIT-HOLD");
    assertTrue(processes.network(process(), "ip_tables_names").contains("filter"));
    assertEquals(Set.of(), firewall.tables(process()));
  }

  @Test
  void aPolicyThatLetsNothingByIsARule() throws IOException {
    iptables("-P", "FORWARD", "DROP");
    assertEquals(Set.of("filter"), firewall.tables(process()));
  }

  private HostProcess process() throws IOException {
    return processes.find(sleeper.pid()).orElseThrow();
  }

  private void iptables(String... words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add("nsenter");
    command.add("--net=/proc/%d/ns/net".formatted(sleeper.pid()));
    command.add("iptables-legacy");
    command.addAll(List.of(words));
    CommandRunner.Result result = commands.run(command, Duration.ofSeconds(10));
    assertEquals(0, result.exit(), result::errors);
  }
}
