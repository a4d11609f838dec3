package io.godwit.agent.hold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What becomes of calls of runc, and of the create of a container that an agent awaits. */
class RuntimeIT extends CalledRuntime {
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
    Awaitility.await().atMost(PATIENCE).until(() -> !hold.holds());
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
