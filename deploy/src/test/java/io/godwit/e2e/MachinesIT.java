package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.cli.Told;
import io.godwit.contract.AbortRequest;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.MoveOptions;
import io.godwit.contract.Phase;
import io.godwit.contract.Request;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Every machine is host and device: containers leave each, and come home. */
@OnX86
final class MachinesIT {
  @Test
  void comesHomeUnderItsNameToWhatItLeftBehind(World world) {
    try (Counter counter = Counter.start(world, "e2e-home")) {
      String name = counter.name();
      Machine here = world.here();
      Machine there = world.x86();
      there.docker().remove(name);
      String first = here.docker().inspect(name, "{{.Id}}");

      world.migrate(name, here, there, "--allow-cpu-difference").orFail();
      assertEquals(first, here.docker().inspect(name, "{{.Id}}"), "the source is kept, stopped");
      assertFalse(here.docker().isRunning(name));
      CounterLines source = counter.onSource();
      Counter.on(there, name, source, 3);

      giveUpWhileFrozen(world, name, there, here);
      assertTrue(there.docker().isRunning(name));
      assertFalse(here.docker().isRunning(name));
      Counter.on(there, name, CounterLines.of(there.docker().logs(name)), 3);

      world.migrate(name, there, here, "--allow-cpu-difference").orFail();
      assertTrue(here.docker().isRunning(name));
      assertFalse(there.docker().isRunning(name));
      Counter.on(here, name, CounterLines.of(there.docker().logs(name)), 3);
      assertEquals(
          List.of(name),
          here.docker()
              .run("ps", "--all", "--format", "{{.Names}}", "--filter", "name=" + name)
              .orFail()
              .lines()
              .toList());
      assertFalse(
          here.docker().run("inspect", first).exit() == 0, "what it left behind is removed");

      // And away again: what it left behind there makes way as well.
      world.migrate(name, here, there, "--allow-cpu-difference").orFail();
      assertTrue(there.docker().isRunning(name));
      there.docker().remove(name);
    }
  }

  /** Another Engine's freeze, and cgroups v2: it goes on there as it does here. */
  private static void giveUpWhileFrozen(World world, String name, Machine from, Machine to) {
    String id = UUID.randomUUID().toString();
    MigrationRequest migration =
        MigrationRequest.newBuilder()
            .setMigrationId(id)
            .setHost(from.name())
            .setContainer(name)
            .setDevice(to.name())
            .setFreezeBudgetMs(World.FREEZE_BUDGET.toMillis())
            .setOptions(MoveOptions.newBuilder().setAllowCpuDifference(true))
            .build();
    KafkaMessaging kafka = KafkaMessaging.of(world.settings());
    try (Told told = new Told(kafka);
        Publisher publisher = kafka.publisher()) {
      publisher.publish(
          Topic.REQUESTS, from.name(), Request.newBuilder().setMigration(migration).build());
      Awaitility.await(name + " to be frozen")
          .atMost(Duration.ofMinutes(5))
          .until(() -> !told.messages(id, Phase.FREEZING).isEmpty());
      // By then it stands, and CRIU of an emulated machine has just begun.
      Awaitility.await().pollDelay(Duration.ofMillis(1500)).until(() -> true);
      publisher.publish(
          Topic.REQUESTS,
          from.name(),
          Request.newBuilder().setAbort(AbortRequest.newBuilder().setMigrationId(id)).build());
      Awaitility.await(name + " to go on")
          .atMost(Duration.ofMinutes(2))
          .until(() -> !told.exitCodes(id).isEmpty());
      assertEquals(List.of(1), told.exitCodes(id), "it was not moved");
      String end = told.messages(id, Phase.ROLLED_BACK).getLast();
      assertTrue(end.matches("(?s).*It stood still for [1-9].*"), end);
    }
  }
}
