package io.godwit.agent.hold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.agent.machine.MachineFacts;
import io.godwit.service.Threads;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The runtime as it was built, called as containerd's shim calls runc, in front of a script that
 * tells how it was called. As root: it looks into {@code /run/godwit/runtime} and nowhere else.
 */
class RuntimeIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final RuntimeFolder FOLDER = RuntimeFolder.OF_THIS_MACHINE;

  @TempDir Path folder;
  private final String id = UUID.randomUUID().toString().replace("-", "").repeat(2);
  private Path front;
  private Path real;
  private Path called;
  private Path log;
  private Path bundle;

  @BeforeEach
  void install() throws IOException {
    front = Files.createDirectories(folder.resolve("front"));
    real = Files.createDirectories(folder.resolve("real"));
    called = folder.resolve("called");
    log = folder.resolve("log.json");
    Files.copy(runtime(), front.resolve("runc"));
    script(real.resolve("runc"));
    bundle = Files.createDirectories(folder.resolve("bundle"));
    Files.writeString(bundle.resolve("config.json"), "{}");
  }

  @AfterEach
  void leaveNothing() throws IOException {
    FOLDER.forget(id);
    Files.deleteIfExists(runs());
  }

  private static Path runtime() {
    return Path.of("target/native/runtime" + MachineFacts.ofThisMachine().isa().twinSuffix())
        .toAbsolutePath();
  }

  private void script(Path file) throws IOException {
    Files.writeString(
        file,
        """
        #!/bin/sh
        { echo "$0"; for word; do echo "$word"; done; } >'%s'
        echo out; echo err >&2
        exit ${EXIT:-0}
        """
            .formatted(called));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Path runs() {
    return FOLDER.path().resolve(id + ".runs");
  }

  private Process begin(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(front.resolve("runc").toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("PATH", front + ":" + real + ":/usr/bin:/bin");
    builder.environment().put("EXIT", "7");
    return builder.start();
  }

  private static int end(Process process) throws InterruptedException {
    assertTrue(process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS), "it ends");
    return process.exitValue();
  }

  /** As containerd's shim does. */
  private String[] create() {
    return new String[] {
      "--root",
      "/run/docker/runtime-runc/moby",
      "--log",
      log.toString(),
      "--log-format",
      "json",
      "--systemd-cgroup",
      "create",
      "--bundle",
      bundle.toString(),
      "--pid-file",
      "/init.pid",
      "--console-socket",
      "/tmp/pty.sock",
      "--no-new-keyring",
      id
    };
  }

  private Hold hold(Duration atMost) throws IOException {
    return Hold.on(FOLDER, id, atMost, Threads.SYSTEM);
  }

  private static void go(Hold hold, String images) throws IOException {
    hold.go(Path.of(images), Path.of("/work"), List.of(), Path.of("/proc"));
  }

  private List<String> called() throws IOException {
    return Files.exists(called) ? Files.readAllLines(called) : List.of();
  }

  private String told() throws IOException {
    return Files.readString(log);
  }

  @Test
  void whatIsNotOursGoesToRuncAsItCame() throws Exception {
    Process runc = begin("--root", "a b", "exec", "--process", "$x", id);
    assertEquals(7, end(runc));
    assertEquals("out\n", new String(runc.getInputStream().readAllBytes()));
    assertEquals("err\n", new String(runc.getErrorStream().readAllBytes()));
    assertEquals(List.of(real + "/runc", "--root", "a b", "exec", "--process", "$x", id), called());
  }

  @Test
  void aContainerThatNobodyAwaitsIsCreatedAndStartedByRunc() throws Exception {
    assertEquals(7, end(begin(create())));
    assertTrue(called().contains("create"));
    assertEquals(7, end(begin("start", id)));
    assertEquals(List.of(real + "/runc", "start", id), called());
    assertEquals(7, end(begin()));
  }

  @Test
  void aCreateThatIsHeldBecomesARestoreAndTheStartAfterItIsNothing() throws Exception {
    try (Hold hold = hold(PATIENCE)) {
      Process create = begin(create());
      assertTrue(hold.await(PATIENCE));
      assertEquals(List.of(), called(), "nothing of it was begun");
      assertTrue(create.isAlive());
      go(hold, "/the images");
      assertEquals(7, end(create), "what runc says");
      assertEquals(
          List.of(
              real + "/runc",
              "--root",
              "/run/docker/runtime-runc/moby",
              "--log",
              log.toString(),
              "--log-format",
              "json",
              "--systemd-cgroup",
              "restore",
              "--detach",
              "--image-path",
              "/the images",
              "--work-path",
              "/work",
              "--bundle",
              bundle.toString(),
              "--pid-file",
              "/init.pid",
              "--console-socket",
              "/tmp/pty.sock",
              id),
          called());
      Files.delete(called);
      assertEquals(0, end(begin("--root", "/r", "start", id)));
      assertEquals(List.of(), called(), "it runs already");
    }
    assertEquals(7, end(begin(create())), "from now on it is a container as any other");
    assertEquals(7, end(begin("start", id)));
    assertEquals(List.of(real + "/runc", "start", id), called());
  }

  @Test
  void aRestoreThatWasClearedAwayLeavesNoStartThatIsNothing() throws Exception {
    try (Hold hold = hold(PATIENCE)) {
      Process create = begin(create());
      assertTrue(hold.await(PATIENCE));
      go(hold, "/images");
      end(create);
    }
    assertTrue(Files.exists(runs()));
    assertEquals(7, end(begin("delete", "--force", id)));
    assertFalse(Files.exists(runs()));
    assertEquals(1, end(begin(create())), "nor is it created afresh, since it was not started");
    FOLDER.forget(id);
    assertEquals(7, end(begin(create())));
  }

  @Test
  void aNoIsToldInTheWordsOfTheAgentWhereTheShimReads() throws Exception {
    try (Hold hold = hold(PATIENCE)) {
      Process create = begin(create());
      assertTrue(hold.await(PATIENCE));
      hold.no("the source goes on: \"too\nlate\"");
      assertEquals(1, end(create));
    }
    assertEquals(
        "{\"level\":\"error\",\"msg\":\"godwit: the source goes on: \\\"too late\\\"\"}\n", told());
    assertEquals(List.of(), called());
  }

  @Test
  void anAgentThatEndsIsSeenAtOnce() throws Exception {
    Hold hold = hold(PATIENCE);
    Process create = begin(create());
    assertTrue(hold.await(PATIENCE));
    hold.close();
    assertEquals(1, end(create));
    assertTrue(told().contains("nothing of it ran"), told());
    assertFalse(hold.holds());
    assertThrows(IOException.class, () -> go(hold, "/images"));
    assertEquals(1, end(begin(create())), "and without its agent it is not begun afresh");
    assertTrue(told().contains("docker rm " + id), told());
    assertEquals(List.of(), called());
  }

  @Test
  void itIsHeldForAsLongAsItMayBe() throws Exception {
    try (Hold hold = hold(Duration.ofMillis(300))) {
      assertEquals(1, end(begin(create())));
      assertTrue(told().contains("for as long as it may be"), told());
      Awaitility.await().atMost(PATIENCE).until(() -> !hold.holds());
    }
    assertEquals(List.of(), called());
  }

  @Test
  void aShimThatIsKilledTakesTheWaitingAlong() throws Exception {
    try (Hold hold = hold(PATIENCE)) {
      ProcessBuilder shim =
          new ProcessBuilder(
              "sh",
              "-c",
              "\"$0\" create --bundle " + bundle + " " + id + " & wait",
              front + "/runc");
      Process parent = shim.start();
      assertTrue(hold.await(PATIENCE));
      parent.destroyForcibly();
      Awaitility.await().atMost(PATIENCE).until(() -> !hold.holds());
    }
    assertEquals(List.of(), called());
  }

  @Test
  void aRehearsalSeesThatItsContainerComesThroughHere() throws Exception {
    try (Hold hold = hold(PATIENCE)) {
      Process create = begin(create());
      assertTrue(hold.await(PATIENCE));
      hold.pass();
      assertEquals(7, end(create));
    }
    assertTrue(called().contains("create"));
  }

  @Test
  void beforeCriuReadsASocketTheNetworkHasItsSettingsAndTheAgentKnowsIt() throws Exception {
    Files.writeString(
        bundle.resolve("config.json"),
        """
        {"linux": {"namespaces": [{"type": "pid"}, {"type": "network"}],
                   "sysctl": {"net.ipv4.ip_nonlocal_bind": "1", "kernel.msgmax": "9"}},
         "hooks": {"prestart": [{"path": "/proc/7/exe", "args": ["libnetwork-setkey"]}]}}
        """);
    Process inside = new ProcessBuilder("unshare", "--net", "sleep", "60").start();
    try (Hold hold = hold(PATIENCE)) {
      Process create = begin(create());
      assertTrue(hold.await(PATIENCE));
      Path images = Files.createDirectories(folder.resolve("images"));
      go(hold, images.toString());
      end(create);
      JsonNode hooks =
          new ObjectMapper()
              .readTree(bundle.resolve("config.json").toFile())
              .path("hooks")
              .path("prestart");
      assertEquals(2, hooks.size(), "the Engine's goes first");
      JsonNode ours = hooks.path(1);
      assertEquals(front.resolve("runc").toRealPath().toString(), ours.path("path").asText());
      Awaitility.await().until(() -> !namespace(inside.pid()).equals(namespace(0)));
      ProcessBuilder hook =
          new ProcessBuilder(
              ours.path("path").asText(),
              ours.path("args").path(1).asText(),
              ours.path("args").path(2).asText());
      hook.environment().clear();
      Process called = hook.start();
      called
          .getOutputStream()
          .write(
              "{\"ociVersion\":\"1.0.2\",\"id\":\"%s\",\"pid\":%d,\"bundle\":\"/b\"}"
                  .formatted(id, inside.pid())
                  .getBytes(StandardCharsets.UTF_8));
      called.getOutputStream().close();
      assertEquals(0, end(called), new String(called.getErrorStream().readAllBytes()));
      assertEquals("1", nonlocalBind("nsenter", "--net=/proc/" + inside.pid() + "/ns/net", "cat"));
      assertEquals("0", nonlocalBind("cat"), "and no other network");
    } finally {
      inside.destroyForcibly();
    }
  }

  private static Path namespace(long pid) throws IOException {
    return Files.readSymbolicLink(
        Path.of("/proc", pid == 0 ? "self" : Long.toString(pid), "ns/net"));
  }

  private static String nonlocalBind(String... cat) throws Exception {
    List<String> command = new ArrayList<>(List.of(cat));
    command.add("/proc/sys/net/ipv4/ip_nonlocal_bind");
    Process process = new ProcessBuilder(command).start();
    return new String(process.getInputStream().readAllBytes()).strip();
  }

  @Test
  void aHookThatNoAgentAwaitsLetsTheRestoreFail() throws Exception {
    Process hook = begin("godwit-network", id);
    hook.getOutputStream().close();
    assertEquals(1, end(hook));
    assertTrue(new String(hook.getErrorStream().readAllBytes()).contains("no agent awaits"));
  }

  @Test
  void whatARestoreCannotBeGivenIsAReasonNotToBegin() throws Exception {
    try (Hold hold = hold(PATIENCE)) {
      Process create =
          begin(
              "--log",
              log.toString(),
              "create",
              "--bundle",
              bundle.toString(),
              "--preserve-fds",
              "2",
              id);
      assertTrue(hold.await(PATIENCE));
      go(hold, "/images");
      assertEquals(1, end(create));
    }
    assertTrue(told().contains("--preserve-fds"), told());
    assertFalse(Files.exists(runs()));
    assertEquals(List.of(), called());
  }

  @Test
  void itFindsRuncBehindItselfAndNeverItself() throws Exception {
    Path copies = Files.createDirectories(folder.resolve("copies"));
    Files.copy(runtime(), copies.resolve("runc"));
    Files.createSymbolicLink(
        Files.createDirectories(folder.resolve("links")).resolve("runc"), front.resolve("runc"));
    ProcessBuilder twice = new ProcessBuilder(copies + "/runc", "list");
    twice
        .environment()
        .put("PATH", copies + ":" + folder.resolve("links") + ":" + front + ":" + real);
    assertEquals(0, end(twice.start()));
    assertEquals(List.of(real + "/runc", "list"), called());
    ProcessBuilder alone = new ProcessBuilder(copies + "/runc", "list");
    alone.environment().put("PATH", front + ":" + copies);
    Process none = alone.start();
    assertEquals(1, end(none));
    assertTrue(new String(none.getErrorStream().readAllBytes()).contains("none on the PATH"));
  }

  @Test
  void itIsCrunsFrontAsWell() throws Exception {
    script(real.resolve("crun"));
    Files.createSymbolicLink(front.resolve("crun"), front.resolve("runc"));
    ProcessBuilder crun = new ProcessBuilder(front + "/crun", "--version");
    crun.environment().put("PATH", front + ":" + real);
    assertEquals(0, end(crun.start()));
    assertEquals(List.of(real + "/crun", "--version"), called());
  }

  @Test
  void itSaysWhatItIs() throws Exception {
    Process asked = begin("godwit");
    assertEquals(0, end(asked));
    assertEquals("godwit-runtime 1\n", new String(asked.getInputStream().readAllBytes()));
  }
}
