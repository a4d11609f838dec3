package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StartSettingsTest {
  private static final String BUNDLE =
      """
      {"linux": {"sysctl": {
        "net.ipv4.ip_unprivileged_port_start": "0",
        "net.ipv4.ping_group_range": "0 2147483647",
        "kernel.shmmax": "123456"}}}
      """;

  @TempDir private Path proc;
  private final List<List<String>> ran = new ArrayList<>();
  private int exit;

  @BeforeEach
  void container() throws IOException {
    process("3", "pid:[0]", "-998");
    Files.createDirectory(proc.resolve("3/cwd"));
    Files.writeString(proc.resolve("3/cwd/config.json"), BUNDLE);
    process("7", "pid:[1]", "-998");
    Files.writeString(proc.resolve("7/status"), "Name:\tfirst\nPPid:\t3\nThreads:\t1\n");
    Files.createSymbolicLink(proc.resolve("7/ns/net"), Path.of("net:[1]"));
    Files.createDirectories(proc.resolve("self/ns"));
    Files.createSymbolicLink(proc.resolve("self/ns/net"), Path.of("net:[0]"));
  }

  @Test
  void networkSysctlsOfTheBundleAreWrittenInTheContainersNetwork() throws IOException {
    assertEquals(Optional.empty(), ensure());
    List<String> command = ran.getFirst();
    assertTrue(command.contains("--net=" + proc.resolve("7/ns/net")), command.toString());
    assertEquals(
        List.of(
            "/proc/sys/net/ipv4/ip_unprivileged_port_start",
            "0",
            "/proc/sys/net/ipv4/ping_group_range",
            "0 2147483647"),
        command.subList(command.size() - 4, command.size()));
  }

  @Test
  void machinesOwnNetworkIsLeftAlone() throws IOException {
    Files.delete(proc.resolve("7/ns/net"));
    Files.createSymbolicLink(proc.resolve("7/ns/net"), Path.of("net:[0]"));
    assertEquals(Optional.empty(), ensure());
    assertEquals(List.of(), ran);
  }

  @Test
  void sysctlThatCannotBeSetIsTold() throws IOException {
    exit = 2;
    assertTrue(ensure().orElseThrow().contains("no such sysctl"));
  }

  @Test
  void processesDoNotKeepTheOomScoreAdjustmentOfTheShim() throws IOException {
    process("8", "pid:[1]", "-998");
    process("9", "pid:[1]", "200");
    process("10", "pid:[2]", "-998");
    assertEquals(Optional.empty(), ensure());
    assertEquals(
        List.of("0", "0", "200", "-998", "-998"),
        List.of(
            adjustment("7"), adjustment("8"), adjustment("9"), adjustment("10"), adjustment("3")));
  }

  private Optional<String> ensure() throws IOException {
    Container container = Container.parse("{\"State\": {\"Pid\": 7}}");
    return new StartSettings(
            (command, patience) -> {
              ran.add(command);
              return new CommandRunner.Result(exit, new byte[0], "no such sysctl");
            },
            proc)
        .ensure(container);
  }

  private void process(String pid, String namespace, String adjustment) throws IOException {
    Files.createDirectories(proc.resolve(pid).resolve("ns"));
    Files.createSymbolicLink(proc.resolve(pid).resolve("ns/pid"), Path.of(namespace));
    Files.writeString(proc.resolve(pid).resolve("oom_score_adj"), adjustment + "\n");
  }

  private String adjustment(String pid) throws IOException {
    return Files.readString(proc.resolve(pid).resolve("oom_score_adj")).strip();
  }
}
