package io.godwit.batch.lead;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.batch.state.Batch;
import io.godwit.contract.Amount;
import io.godwit.contract.BatchLimits;
import io.godwit.contract.BatchRequest;
import io.godwit.contract.BatchRetries;
import io.godwit.contract.ContainerSelector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many of everything, and controllers that die and sleep; the seed is in the test's name. */
class SimulationTest {
  private static BatchRequest.Builder shop() {
    return BatchRequest.newBuilder()
        .addSources(ContainerSelector.newBuilder().putLabels("app", "shop"));
  }

  private static BatchLimits limits(int overall, int perHost, int perDevice) {
    return BatchLimits.newBuilder()
        .setOverall(overall)
        .setPerHost(perHost)
        .setPerDevice(perDevice)
        .build();
  }

  private static World fleet(long seed, int hosts, int onEach, int devices) {
    World world = new World(seed);
    for (int host = 0; host < hosts; host++) {
      world.host("host-%03d".formatted(host), onEach);
    }
    for (int device = 0; device < devices; device++) {
      world.device("device-%04d".formatted(device), Map.of());
    }
    return world;
  }

  private static void playUntilOver(World world, String batch, Duration most) {
    for (long minute = 0; minute < most.toMinutes(); minute++) {
      world.play(Duration.ofMinutes(1));
      if (world.batch(batch).isOver()) {
        return;
      }
    }
    throw new AssertionError("after %s: %s".formatted(most, World.outcomes(world.batch(batch))));
  }

  private static void assertWithin(Map<String, Integer> most, int limit) {
    most.forEach((machine, many) -> assertTrue(many <= limit, machine + " had " + many));
  }

  @Test
  @Timeout(60)
  void tenThousandMoveOverAThousandDevicesWhileControllersDie() {
    World world = fleet(20261127, 100, 100, 1000);
    world.deaths = 0.0002;
    world.lostEvents = 0.02;
    world.lateRequests = 0.01;
    String batch =
        world.ask(
            shop()
                .setLimits(limits(600, 8, 1))
                .addWaves(Amount.newBuilder().setCount(100))
                .addWaves(Amount.newBuilder().setPercent(30))
                .setRetries(
                    BatchRetries.newBuilder().putTimes("unreachable", 5).putTimes("failed", 5)));
    world.elect();
    playUntilOver(world, batch, Duration.ofHours(4));
    Batch over = world.batch(batch);
    assertEquals(Map.of("succeeded", 10_000), World.outcomes(over));
    assertWithin(world.mostFrom, 8);
    assertWithin(world.mostTo, 1);
    assertTrue(world.mostAtOnce <= 600, "at once: " + world.mostAtOnce);
    assertTrue(world.mostAtOnce > 500, "the limit is used: " + world.mostAtOnce);
    assertEquals(0, world.underWay(), "everything is given back");
    assertEquals(0, over.roster().flying().size());
    // A few words for each, however many there are: the time is linear, and so is the log.
    assertTrue(world.log.size() < 10_000 * 4, "words: " + world.log.size());
    world.leading().ifPresent(leader -> assertEquals(0, leader.leader.watched()));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void killedAndSleepingControllersNeverBreakALimitNorForgetAnybody(long seed) {
    World world = fleet(seed, 4, 10, 6);
    world.deaths = 0.02;
    world.lostEvents = 0.1;
    world.lateRequests = 0.1;
    for (int number = 0; number < 10; number++) {
      world.does.put("host-000-" + number, World.Does.FAILS_ONCE);
    }
    world.does.put("host-001-3", World.Does.HANGS);
    world.does.put("host-002-3", World.Does.FAILS);
    world.does.put("host-002-4", World.Does.IS_REFUSED);
    BatchRetries retries =
        BatchRetries.newBuilder().putTimes("unreachable", 9).putTimes("failed", 2).build();
    String one = world.ask(shop().setLimits(limits(6, 2, 1)).setRetries(retries));
    String other =
        world.ask(
            BatchRequest.newBuilder()
                .addSources(ContainerSelector.newBuilder().addHosts("host-003"))
                .setLimits(limits(9, 3, 2)));
    world.elect();
    for (int minute = 0; minute < 200 && !world.batch(one).isOver(); minute++) {
      world.play(Duration.ofSeconds(60));
      // A leader sleeps while another takes over, and wakes up to all that it had in mind.
      world
          .leading()
          .filter(_ -> world.random.nextInt(3) == 0)
          .ifPresent(leader -> {
            leader.asleep = true;
            world.elect();
            world.play(Duration.ofSeconds(world.random.nextInt(200)));
            leader.asleep = false;
          });
    }
    playUntilOver(world, one, Duration.ofHours(1));
    playUntilOver(world, other, Duration.ofHours(2));
    world.play(Duration.ofMinutes(1));
    assertWithin(world.mostFrom, 3);
    assertEquals(0, world.underWay());
    Map<String, Integer> outcomes = World.outcomes(world.batch(one));
    assertEquals(1, outcomes.get("timed-out"), outcomes.toString());
    assertEquals(40, outcomes.values().stream().mapToInt(Integer::intValue).sum());
    assertEquals(List.of(), world.batch(one).roster().doubted());
    for (String host : List.of("host-000", "host-001", "host-002")) {
      assertTrue(world.mostFrom.get(host) <= 2, host + " had " + world.mostFrom.get(host));
    }
  }

  @Test
  void sameSeedIsTheSameStory() {
    List<Integer> sizes =
        List.of(1, 2).stream()
            .map(_ -> {
              World world = fleet(7, 3, 5, 3);
              world.deaths = 0.01;
              world.lostEvents = 0.1;
              String batch = world.ask(shop());
              world.elect();
              playUntilOver(world, batch, Duration.ofHours(2));
              return world.log.size();
            })
            .toList();
    assertEquals(sizes.get(0), sizes.get(1));
  }
}
