package io.godwit.agent.hold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.agent.machine.MachineFacts;
import io.godwit.service.Threads;
import java.io.IOException;
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

  @BeforeEach
  void install() throws IOException {
    front = Files.createDirectories(folder.resolve("front"));
    real = Files.createDirectories(folder.resolve("real"));
    called = folder.resolve("called");
    log = folder.resolve("log.json");
    Files.copy(runtime(), front.resolve("runc"));
    script(real.resolve("runc"));
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
      "/bundle",
      "--pid-file",
      "/bundle/init.pid",
      "--console-socket",
      "/tmp/pty.sock",
      "--no-new-keyring",
      id
    };
  }

  private Hold hold(Duration atMost) throws IOException {
    return Hold.on(FOLDER, id, atMost, Threads.SYSTEM);
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
      hold.go(Path.of("/the images"), Path.of("/work"));
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
              "/bundle",
              "--pid-file",
              "/bundle/init.pid",
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
      hold.go(Path.of("/images"), Path.of("/work"));
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
    assertThrows(IOException.class, () -> hold.go(Path.of("/images"), Path.of("/work")));
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
              "sh", "-c", "\"$0\" create --bundle /bundle " + id + " & wait", front + "/runc");
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
  void whatARestoreCannotBeGivenIsAReasonNotToBegin() throws Exception {
    try (Hold hold = hold(PATIENCE)) {
      Process create = begin("--log", log.toString(), "create", "--preserve-fds", "2", id);
      assertTrue(hold.await(PATIENCE));
      hold.go(Path.of("/images"), Path.of("/work"));
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
