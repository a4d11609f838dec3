package io.godwit.checkpointer.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.docker.Container;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SilentLossesTest {
  private static final String INSPECT =
      """
      {"Id": "c1", "Name": "/app", "State": {"Status": "running", "Pid": 7}, "HostConfig": {},
       "GraphDriver": {"Name": "overlay2", "Data": {"UpperDir": "%s", "LowerDir": ""}}}
      """;

  private static final String LISTENING =
      "0000000000000000: 00000002 00000000 00010000 0001 01 4711 ";

  @TempDir private Path folder;
  private Path process;

  @BeforeEach
  void process() throws IOException {
    process = Files.createDirectories(folder.resolve("proc/7"));
    for (String name : List.of("ns", "fd", "net", "task/7", "task/8")) {
      Files.createDirectories(process.resolve(name));
    }
    Files.createDirectories(folder.resolve("proc/self/ns"));
    Files.createSymbolicLink(folder.resolve("proc/self/ns/net"), Path.of("net:[1]"));
    Files.createSymbolicLink(process.resolve("ns/net"), Path.of("net:[2]"));
    Files.createSymbolicLink(process.resolve("exe"), Path.of("/usr/bin/program"));
    Files.createSymbolicLink(process.resolve("fd/3"), Path.of("socket:[4711]"));
    Files.createSymbolicLink(process.resolve("root"), Path.of("/"));
    Files.writeString(process.resolve("timerslack_ns"), "50000\n");
    Files.writeString(process.resolve("cgroup"), "4:cpuset:/docker/c1\n");
    threads("0-3", "0-127");
    Files.createDirectories(folder.resolve("cgroup/cpuset/docker/c1"));
    Files.writeString(folder.resolve("cgroup/cpuset/docker/c1/cpuset.effective_cpus"), "0-3\n");
    Files.createDirectories(folder.resolve("upper"));
    unix("");
  }

  @Test
  void processWithEverythingThatItsContainerHasIsNoObstacle() throws IOException {
    assertEquals(List.of(), reasons());
  }

  @Test
  void threadThatIsBoundToACpuIsRefusedWithTheCommandThatReleasesIt() throws IOException {
    threads("0-3", "1");
    assertOne(RefusalKind.CPU_AFFINITY, "is bound to CPU 1 (taskset", reasons());
    assertOne(
        RefusalKind.CPU_AFFINITY, "taskset --all-tasks --cpu-list --pid 0,1,2,3 7", reasons());
  }

  @Test
  void cpusOfCgroupV2AreThoseOfTheNearestFolderThatTells() throws IOException {
    Files.writeString(process.resolve("cgroup"), "0::/system.slice/docker-c1.scope\n");
    Files.writeString(folder.resolve("cgroup/cpuset.cpus.effective"), "0-1\n");
    threads("0-1", "0-1");
    assertEquals(List.of(), reasons());
    threads("0-1", "0");
    assertOne(RefusalKind.CPU_AFFINITY, "is bound to CPU 0", reasons());
  }

  @Test
  void timerSlackOfItsOwnIsRefused() throws IOException {
    Files.writeString(process.resolve("timerslack_ns"), "123456\n");
    assertOne(RefusalKind.TIMER_SLACK, "a timer slack of 123456 ns", reasons());
  }

  @Test
  void processThatSharesItsSessionsTerminalIsWarnedOf() throws IOException {
    assertEquals(List.of(), warnings(7, 34816), "the leader");
    assertEquals(List.of(), warnings(1, 0), "without a terminal");
    List<String> warnings = warnings(1, 34816);
    assertEquals(1, warnings.size(), warnings::toString);
    assertTrue(
        warnings.getFirst().contains("cannot open /dev/tty on the device: 7 (/usr/bin/program)"),
        warnings::toString);
  }

  private List<String> warnings(int session, int terminal) throws IOException {
    Files.writeString(
        process.resolve("stat"), "7 (pro) gram) S 1 7 %d %d 7 0 0".formatted(session, terminal));
    List<String> warnings = new ArrayList<>();
    losses().warn(List.of(new HostProcess(7, 70)), warnings);
    return warnings;
  }

  @Test
  void listeningSocketWhoseFileHasAnotherNameIsRefused() throws IOException {
    // As supervisord does it: bound to one name, and linked to the other.
    unix(LISTENING + folder.resolve("run.sock.8") + "\n");
    assertOne(RefusalKind.UNIX_SOCKET_NAME, "run.sock.8, whose file was renamed", reasons());
    Files.createFile(folder.resolve("run.sock.8"));
    assertEquals(List.of(), reasons());
  }

  @Test
  void socketsOfOthersAndWithoutAFileAreNoObstacle() throws IOException {
    unix(
        LISTENING.replace("4711", "4712")
            + folder.resolve("others.sock")
            + "\n"
            + LISTENING
            + "@abstract\n"
            + LISTENING.replace("00010000", "00000000")
            + folder.resolve("connected.sock")
            + "\n");
    assertEquals(List.of(), reasons());
  }

  @Test
  void multicastGroupsOfTheContainersNetworkAreRefusedByTheirAddress() throws IOException {
    Files.writeString(
        process.resolve("net/igmp"),
        """
        Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter
        1\tlo        :     2      V3
        \t\t\t\t010101EF     1 0:00000000\t\t0
        \t\t\t\t010000E0     1 0:00000000\t\t0
        """);
    assertOne(RefusalKind.MULTICAST, "multicast groups (239.1.1.1)", reasons());
    Files.delete(process.resolve("ns/net"));
    Files.createSymbolicLink(process.resolve("ns/net"), Path.of("net:[1]"));
    assertEquals(List.of(), reasons());
  }

  private void threads(String first, String second) throws IOException {
    Files.writeString(process.resolve("task/7/status"), "Cpus_allowed_list:\t" + first + "\n");
    Files.writeString(process.resolve("task/8/status"), "Cpus_allowed_list:\t" + second + "\n");
  }

  private void unix(String lines) throws IOException {
    Files.writeString(
        process.resolve("net/unix"),
        "Num       RefCount Protocol Flags    Type St Inode Path\n" + lines);
  }

  private List<Refusal> reasons() throws IOException {
    List<Refusal> refusals = new ArrayList<>();
    losses()
        .check(
            Container.parse(INSPECT.formatted(folder.resolve("upper"))),
            List.of(new HostProcess(7, 70)),
            refusals);
    return refusals;
  }

  private SilentLosses losses() {
    return new SilentLosses(new ProcFs(folder.resolve("proc")), folder.resolve("cgroup"));
  }

  private static void assertOne(RefusalKind kind, String part, List<Refusal> refusals) {
    assertEquals(1, refusals.size(), refusals::toString);
    assertEquals(kind, refusals.getFirst().kind());
    assertTrue(refusals.getFirst().words().contains(part), refusals.getFirst().words());
  }
}
