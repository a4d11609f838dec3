package io.godwit.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.State;
import io.godwit.cores.KeepsACoreBusy;
import io.godwit.e2e.Docker;
import io.godwit.e2e.Shell;
import io.godwit.matrix.Wires.Moment;
import io.godwit.matrix.Wires.Then;
import io.godwit.matrix.Wires.Trap;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Party;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is promised of one name twice, of a log that forgets, of what cannot be restored. */
@Order(Lab.FIRST)
@KeepsACoreBusy(Lab.KIND)
@ExtendWith(OneLab.class)
final class PromiseIT {
  private static final Duration MINUTE = Duration.ofSeconds(60);
  private static final String DECISION = "Produce decisions";
  private static final String RESTORE = "POST .*/start\\?checkpoint=";

  @AfterEach
  void heal(Lab lab) {
    lab.heal();
  }

  @Test
  void secondAgentOfOneNameTakesNothingAndSaysSo(Lab lab) throws Exception {
    try (OwnProcess second =
            lab.service(
                Lab.AGENT, new Lab.Place("second", Lab.HOST, Lab.DEVICE, lab.engine().socket()));
        Moving moving = Moving.started(lab, "p-names")) {
      second.awaitSaid("Another machine says that it is the device " + Lab.DEVICE);
      moving.ask(Moving.BUDGET);
      assertEquals(State.SUCCEEDED, moving.awaitEnd(MINUTE), moving::history);
      moving.assertGoesOnOnce(State.SUCCEEDED);
      assertFalse(second.said().contains(moving.id()), "the second has taken something");
      assertTrue(
          lab.wires().seen().stream().noneMatch(call -> call.startsWith("second: POST")),
          "the second has asked its Engine for something");
    }
  }

  @Test
  void logMadeAnewLeavesItInDoubtUntilTheOperatorSaysHost(Lab lab) throws Exception {
    try (Moving moving = Moving.started(lab, "p-host")) {
      forget(lab, moving);
      assertFalse(moving.goesOn(moving.name()), "nobody knows: it stands still");
      moving.resolve("host");
      assertEquals(State.ROLLED_BACK, moving.awaitEnd(MINUTE), moving::history);
      lab.service(Lab.AGENT).goOn();
      moving.assertGoesOnOnce(State.ROLLED_BACK);
    }
  }

  @Test
  void operatorsWordCountsWhereTheOutcomeWasNeverSaid(Lab lab) throws Exception {
    try (Moving moving = Moving.started(lab, "p-device")) {
      Trap outcome = stopAgent(lab, 2);
      moving.ask(Moving.BUDGET);
      outcome.await(60);
      makeAnew(lab);
      moving.resolve("device");
      assertEquals(State.SUCCEEDED, moving.awaitEnd(MINUTE), moving::history);
      lab.service(Lab.AGENT).goOn();
      moving.assertGoesOnOnce(State.SUCCEEDED);
    }
  }

  /** Frozen and published, not claimed, when the topic is made anew. */
  private static void forget(Lab lab, Moving moving) throws Exception {
    Trap claim = stopAgent(lab, 1);
    moving.ask(Moving.BUDGET);
    claim.await(60);
    makeAnew(lab);
    moving.awaitState(State.IN_DOUBT, MINUTE);
  }

  /** Before it says its n-th word. */
  private static Trap stopAgent(Lab lab, int nth) {
    return lab.wires()
        .trap(
            Lab.AGENT,
            DECISION,
            Moment.BEFORE,
            nth,
            Then.IS_CUT,
            () -> lab.service(Lab.AGENT).stop());
  }

  private static void makeAnew(Lab lab) throws Exception {
    try (var admin = lab.admin();
        KafkaMessaging kafka = KafkaMessaging.of(lab.settings())) {
      admin.deleteTopics(List.of("godwit.decisions")).all().get();
      kafka.createTopics(new Party.Operator());
    }
    lab.learnTopics();
  }

  @Test
  void whatCannotBeRestoredGoesOnAtTheSource(Lab lab) throws Exception {
    Path folder = Files.createTempDirectory("pinger");
    Path program = folder.resolve("pinger");
    try {
      run(
          "cc",
          "-O2",
          "-static",
          "-o",
          program.toString(),
          lab.root().resolve("deploy/src/test/c/pinger.c").toString());
      run(
          "sh",
          "-c",
          "tar -C %s -c pinger | docker --host unix://%s import - matrix/pinger"
              .formatted(folder, lab.engine().socket()));
      try (Moving moving =
          Moving.started(lab, "p-ping", "--network", "none", "matrix/pinger", "/pinger")) {
        moving.ask(Moving.BUDGET);
        State end = moving.awaitEnd(MINUTE);
        assertTrue(end != State.SUCCEEDED, moving::history);
        moving.assertGoesOnOnce(end);
      }
    } finally {
      Files.deleteIfExists(program);
      Files.delete(folder);
    }
  }

  @Test
  void clientOfAMoveThatFailsAtTheDeviceSeesNoErrorButAPause(Lab lab) throws Exception {
    Docker machines = Docker.ofThisMachine();
    Path socket =
        Path.of(
            System.getenv()
                .getOrDefault("DOCKER_HOST", "/var/run/docker.sock")
                .replace("unix://", ""));
    machines.remove("p-redis");
    machines
        .run(
            "run",
            "--detach",
            "--name",
            "p-redis",
            "godwit/stock",
            "redis-server",
            "--protected-mode",
            "no",
            "--save",
            "")
        .orFail();
    try (OwnProcess checkpointer =
            lab.service(
                Lab.CHECKPOINTER, new Lab.Place("redis-host", "redis-host", "redis-host", socket));
        OwnProcess agent =
            lab.service(
                Lab.AGENT, new Lab.Place("redis-device", "redis-device", "redis-device", socket));
        OpenConnection client =
            OpenConnection.to(machines.inspect("p-redis", "{{.NetworkSettings.IPAddress}}"))) {
      checkpointer.awaitReady();
      agent.awaitReady();
      lab.awaitDevice("redis-device");
      Trap refused =
          lab.wires().trap("redis-device", RESTORE, Moment.BEFORE, 1, Then.IS_REFUSED, () -> {});
      // A start before the claim is the rehearsal's.
      refused.disarm();
      lab.wires().trap(Lab.AGENT, DECISION, Moment.AFTER, 1, Then.PASSES, refused::arm);
      Moving moving =
          new Moving(
              lab,
              new Moving.Route("redis-host", "redis-host", "redis-device", machines),
              "p-redis",
              java.util.UUID.randomUUID().toString());
      moving.ask(Moving.BUDGET);
      assertEquals(State.ROLLED_BACK, moving.awaitEnd(MINUTE), moving::history);
      assertTrue(refused.hasStruck());
      client.assertUnbroken(moving);
    } finally {
      machines.remove("p-redis");
      machines.remove("p-redis-there");
    }
  }

  private static void run(String... command) {
    Shell.run(MINUTE, Map.of(), List.of(command)).orFail();
  }
}
