package io.godwit.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.agent.hold.HeldStart;
import io.godwit.agent.hold.Holding;
import io.godwit.agent.hold.RuntimeFolder;
import io.godwit.cores.KeepsACoreBusy;
import io.godwit.docker.CriuLog;
import io.godwit.docker.HttpDockerEngine;
import io.godwit.docker.Network;
import io.godwit.e2e.Docker;
import io.godwit.e2e.Shell;
import io.godwit.service.Threads;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The runtime in front of runc on the PATH of a real Engine: a counter's checkpoint, and containers
 * that wait to be restored from it.
 */
@Order(Lab.FIRST)
@KeepsACoreBusy(Lab.KIND)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HeldCreateIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String ADDRESS = "198.51.100.1";
  private static final int PORT = 7788;

  private final Path root = Path.of(System.getProperty("godwit.root")).toAbsolutePath();
  private Path folder;
  private RuntimeInFront front;
  private OwnEngine own;
  private Docker docker;
  private HttpDockerEngine engine;
  private Path images;
  private long dumpedAt;
  private final List<String> made = new ArrayList<>();
  private final List<HeldStart> begun = new ArrayList<>();

  @BeforeAll
  void dumpACounter() throws Exception {
    // A short path: sockets lie in it.
    folder = Files.createTempDirectory("gh");
    front = RuntimeInFront.install(root, folder.resolve("front"));
    own = new OwnEngine(Files.createDirectories(folder.resolve("e")), front.environment());
    docker = own.docker();
    own.awaitReady();
    engine = new HttpDockerEngine(URI.create("unix://" + own.socket()));
    Shell.run(
            Duration.ofMinutes(1),
            Map.of("DOCKER_HOST", "unix://" + own.socket()),
            List.of(
                root.resolve("deploy/workloads/images.sh").toString(),
                root.resolve("deploy/target/workloads").toString()))
        .orFail();
    String source = docker.run("run", "--detach", "godwit/counter").orFail().strip();
    Awaitility.await().atMost(PATIENCE).until(() -> docker.logs(source).size() > 2);
    docker.run("checkpoint", "create", source, "dumped").orFail();
    dumpedAt = last(source);
    images = folder.resolve("e/data/containers").resolve(source).resolve("checkpoints/dumped");
  }

  @AfterEach
  void removeThem() throws IOException {
    // The Engine removes nothing that it starts still.
    for (HeldStart start : begun) {
      start.close();
    }
    begun.clear();
    for (String container : made) {
      docker.remove(container);
      RuntimeFolder.OF_THIS_MACHINE.forget(container);
    }
    made.clear();
  }

  @AfterAll
  void close() throws IOException {
    engine.close();
    own.close();
    run("rm", "-rf", folder.toString());
  }

  private String made(String... options) {
    List<String> words = new ArrayList<>(List.of(options));
    words.add("godwit/counter");
    return called("create", words);
  }

  private String called(String what, List<String> options) {
    List<String> words = new ArrayList<>(List.of(what));
    words.addAll(options);
    String container = docker.run(words.toArray(String[]::new)).orFail().strip();
    made.add(container);
    return container;
  }

  private HeldStart begin(String container) throws IOException {
    HeldStart start =
        new Holding(engine, RuntimeFolder.OF_THIS_MACHINE, Path.of("/sys"), Threads.SYSTEM)
            .begin(container, Duration.ofMinutes(5));
    begun.add(start);
    return start;
  }

  private HeldStart held(String container) throws Exception {
    HeldStart start = begin(container);
    assertEquals(Optional.empty(), start.await(PATIENCE));
    return start;
  }

  private Optional<String> go(HeldStart start) throws Exception {
    Path work = Files.createDirectories(folder.resolve("work"));
    return start.go(images, work, List.of()).map(why -> why + "\n" + criuSaid(work));
  }

  private long last(String container) {
    return Long.parseLong(docker.logs(container).getLast().split(" ", -1)[1]);
  }

  private static boolean isReached(String address, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Processes of containers; what waits is a child of the shim's, too. */
  private List<ProcessHandle> begun() {
    return own.living().stream()
        .filter(process ->
            process.info().command().filter(command -> command.startsWith(folder + "/")).isEmpty())
        .toList();
  }

  private void assertNothingRan(String container) {
    assertEquals(List.of(), docker.logs(container));
    Awaitility.await().atMost(PATIENCE).until(() -> begun().isEmpty());
    assertEquals("false", docker.inspect(container, "{{.State.Running}}"));
  }

  @Test
  void whatIsHeldHasItsPortAndNoProcessAndGoesOnWhereItWasDumped() throws Exception {
    String container = made("--publish", ADDRESS + ":" + PORT + ":80");
    HeldStart start = held(container);
    assertTrue(isReached(ADDRESS, PORT), "its port is its own already");
    assertEquals(List.of(), begun(), "nothing of it is begun");
    assertEquals(Optional.empty(), go(start));
    Awaitility.await().atMost(PATIENCE).until(() -> !docker.logs(container).isEmpty());
    assertEquals(dumpedAt + 1, Long.parseLong(docker.logs(container).getFirst().split(" ", -1)[1]));
    assertTrue(Files.exists(folder.resolve("work/restore.log")), "CRIU's log is kept");
  }

  @Test
  void whatWasRestoredStartsAsAnyContainerWhenTheRuntimeIsGone() throws Exception {
    String container = made();
    assertEquals(Optional.empty(), go(held(container)));
    assertEquals("runc", docker.inspect(container, "{{.HostConfig.Runtime}}"));
    Awaitility.await().atMost(PATIENCE).until(() -> !docker.logs(container).isEmpty());
    front.remove();
    try {
      docker.run("restart", "--time", "1", container).orFail();
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> docker.logs(container).stream().anyMatch(line -> line.endsWith(" 1")));
      docker.run("pause", container).orFail();
      docker.run("unpause", container).orFail();
    } finally {
      front.putBack();
    }
    docker.run("restart", "--time", "1", container).orFail();
    assertTrue(docker.isRunning(container), "nor does its coming back change anything");
  }

  @Test
  void aNoIsShownByTheEngineAndWhatItMadeIsGone() throws Exception {
    String container = made("--publish", ADDRESS + ":" + PORT + ":80");
    HeldStart start = held(container);
    start.letGo("the source goes on");
    assertTrue(
        docker.inspect(container, "{{.State.Error}}").contains("godwit: the source goes on"));
    assertFalse(isReached(ADDRESS, PORT), "the port is free again");
    assertNothingRan(container);
    String byHand = docker.run("start", container).err();
    assertTrue(byHand.contains("made for a migration"), byHand);
    assertNothingRan(container);
  }

  @Test
  void anAgentThatDiesLeavesNothing() throws Exception {
    String container = made();
    HeldStart start = held(container);
    start.close();
    Awaitility.await().atMost(PATIENCE).until(() -> !start.holds());
    assertNothingRan(container);
  }

  @Test
  void whatCriuRefusesLeavesNothing() throws Exception {
    String container = made();
    HeldStart start = held(container);
    Path empty = Files.createDirectories(folder.resolve("empty"));
    Optional<String> refusal = start.go(empty, empty, List.of());
    assertTrue(refusal.isPresent());
    assertNothingRan(container);
    assertTrue(docker.run("start", container).exit() != 0, "nor is it begun afresh then");
    assertNothingRan(container);
  }

  @Test
  void aShimThatIsKilledLeavesNothing() throws Exception {
    String container = made();
    HeldStart start = held(container);
    ProcessHandle.allProcesses()
        .filter(process -> isShimOf(process, container))
        .forEach(ProcessHandle::destroyForcibly);
    Awaitility.await().atMost(PATIENCE).until(() -> !start.holds());
    start.letGo("its shim is gone");
    assertNothingRan(container);
  }

  private static boolean isShimOf(ProcessHandle process, String container) {
    try {
      String command = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
      return command.contains("containerd-shim") && command.contains(container);
    } catch (IOException ended) {
      return false;
    }
  }

  @Test
  void anEngineThatIsKilledLeavesNothingThatGoWouldStart() throws Exception {
    String container = made();
    HeldStart start = held(container);
    own.kill();
    Awaitility.await().atMost(PATIENCE).until(() -> !start.holds());
    assertTrue(go(start).isPresent(), "the Engine does not wait for it any more");
    own.start(true);
    own.awaitReady();
    // Its connections are to the one that is gone.
    engine.close();
    engine = new HttpDockerEngine(URI.create("unix://" + own.socket()));
    assertNothingRan(container);
  }

  @Test
  void ofTwoThatWaitForOnePortTheSecondIsTold() throws Exception {
    String first = made("--publish", ADDRESS + ":" + PORT + ":80");
    String second = made("--publish", ADDRESS + ":" + PORT + ":80");
    HeldStart holder = held(first);
    Optional<String> refusal = begin(second).await(PATIENCE);
    assertTrue(refusal.orElse("").contains("port is already allocated"), refusal.toString());
    assertEquals(Optional.empty(), go(holder));
    assertTrue(docker.isRunning(first));
  }

  @Test
  void socketsOfItsOwnNetworkAreOfTheOneThatItHasNow() throws Exception {
    Path program = folder.resolve("addresses");
    run("cc", "-static", "-o", program.toString(), root + "/deploy/src/test/c/addresses.c");
    run(
        "sh",
        "-c",
        "tar -C %s -c addresses | docker --host unix://%s import - matrix/addresses"
            .formatted(folder, own.socket()));
    List<String> options =
        List.of(
            "--sysctl",
            "net.ipv6.conf.all.disable_ipv6=0",
            "--sysctl",
            "net.ipv4.ip_nonlocal_bind=1",
            "matrix/addresses",
            "/addresses",
            ADDRESS);
    List<String> detached = new ArrayList<>(List.of("--detach"));
    detached.addAll(options);
    String source = called("run", detached);
    Awaitility.await().atMost(PATIENCE).until(() -> docker.logs(source).size() > 2);
    String before = docker.inspect(source, "{{.NetworkSettings.IPAddress}}");
    assertTrue(
        docker.logs(source).getLast().endsWith(sockets(before)), docker.logs(source).toString());
    List<Network> networks = engine.inspect(source).orElseThrow().networks();
    docker.run("checkpoint", "create", source, "dumped").orFail();
    // The Engine takes its address back a moment after its end.
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> docker.inspect(source, "{{.State.Running}}").equals("false"));
    // Who has the address meanwhile.
    called("run", List.of("--detach", "godwit/counter"));

    String container = called("create", options);
    HeldStart start = held(container);
    Path dumped = folder.resolve("e/data/containers").resolve(source).resolve("checkpoints/dumped");
    Path work = folder.resolve("work-of-addresses");
    assertEquals(Optional.empty(), start.go(dumped, work, networks), () -> criuSaid(work));
    String now = docker.inspect(container, "{{.NetworkSettings.IPAddress}}");
    assertNotEquals(before, now);
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertTrue(docker.logs(container).getLast().endsWith(sockets(now))));
    assertTrue(isReached(now, 7001), "and who asks there is heard");
  }

  private static String criuSaid(Path work) {
    try {
      return String.join("\n", CriuLog.read(work.resolve("restore.log")).lastErrors());
    } catch (IOException e) {
      return "nothing: " + e;
    }
  }

  private static String sockets(String own) {
    return " %s %s ::1 203.0.113.7 eth0".formatted(own, own);
  }

  private static void run(String... command) {
    Shell.run(Duration.ofMinutes(1), List.of(command)).orFail();
  }
}
