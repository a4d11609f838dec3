package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.godwit.contract.Decision;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Request;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Whatever dies in the middle, the container is not lost and does not run twice. */
@OnArm64
final class FaultIT {
  @Test
  void sourceRunsOnWhenTheAgentIsGoneBeforeItClaims(World world) {
    try (Counter counter = Counter.start(world, "e2e-noagent");
        DecisionLog log = KafkaMessaging.of(world.settings()).decisionLog()) {
      String id = request(world, counter, Duration.ofSeconds(150));
      await("the source to be frozen", () -> !world.docker().isRunning(counter.name()));
      world.device().killServices(Machine.Service.AGENT);
      await("the roll back", () -> world.docker().isRunning(counter.name()));

      counter.assertRunsOnHereOnly();
      assertEquals(Decision.KindCase.ABORT, log.read(id).getFirst().getKindCase());
    } finally {
      world.restart(world.device(), Machine.Service.AGENT);
    }
  }

  @Test
  void nothingRunsTwiceWhenTheDeviceLosesPowerMidRestore(World world) {
    try (Counter counter = Counter.start(world, "e2e-power");
        DecisionLog log = KafkaMessaging.of(world.settings()).decisionLog()) {
      String id = request(world, counter, Duration.ofMinutes(10));
      await("the claim", () -> log.read(id).stream().anyMatch(Decision::hasClaim));
      world.device().kill();
      assertFalse(world.docker().isRunning(counter.name()), "claimed: nobody resumes the source");

      world.boot(world.device());
      await(
          "the agent's word on how it ended",
          () -> log.read(id).stream().anyMatch(d -> d.hasFailed() || d.hasSucceeded()));
      if (log.read(id).stream().anyMatch(Decision::hasFailed)) {
        await("the roll back", () -> world.docker().isRunning(counter.name()));
        counter.assertRunsOnHereOnly();
      } else {
        assertFalse(world.docker().isRunning(counter.name()));
      }
    }
  }

  @Test
  @ResourceLock(World.STANDALONE)
  void goesOnWhenTheCheckpointerIsKilledWhileTheContainerIsFrozen(World world) {
    try (Counter counter = Counter.start(world, "e2e-kill9");
        DecisionLog log = KafkaMessaging.of(world.settings()).decisionLog()) {
      String id = request(world, counter, Duration.ofMinutes(10));
      await("the source to be frozen", () -> !world.docker().isRunning(counter.name()));
      world.here().killServices();
      world.here().startServices();
      await("the outcome", () -> log.read(id).stream().anyMatch(Decision::hasSucceeded));
      counter.onDeviceSince(counter.onSource(), 3);
      assertFalse(world.docker().isRunning(counter.name()));
    }
  }

  private static String request(World world, Counter counter, Duration deadline) {
    String id = UUID.randomUUID().toString();
    MigrationRequest migration =
        MigrationRequest.newBuilder()
            .setMigrationId(id)
            .setHost(world.host())
            .setContainer(counter.name())
            .setDevice(world.device().name())
            .setDeadlineMs(deadline.toMillis())
            .setFreezeBudgetMs(World.FREEZE_BUDGET.toMillis())
            .build();
    try (Publisher publisher = KafkaMessaging.of(world.settings()).publisher()) {
      publisher.publish(
          Topic.REQUESTS, world.host(), Request.newBuilder().setMigration(migration).build());
    }
    return id;
  }

  private static void await(String what, Callable<Boolean> condition) {
    Awaitility.await(what)
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(100))
        .until(condition);
  }
}
