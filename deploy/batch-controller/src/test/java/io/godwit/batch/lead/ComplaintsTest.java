package io.godwit.batch.lead;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.batch.lead.World.Does;
import io.godwit.batch.plan.Wait;
import io.godwit.batch.plan.Waits;
import io.godwit.batch.spec.Outcome;
import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Fleet;
import io.godwit.batch.state.Member.Now;
import io.godwit.batch.state.Stage;
import io.godwit.batch.state.Stage.Hold;
import io.godwit.contract.Amount;
import io.godwit.contract.BatchLimits;
import io.godwit.contract.BatchRecord;
import io.godwit.contract.BatchRequest;
import io.godwit.contract.BatchRetry;
import io.godwit.contract.BatchTimeouts;
import io.godwit.contract.ContainerSelector;
import io.godwit.contract.StopRule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What users of others' batches and drains complain of the loudest: each is a test of ours. */
class ComplaintsTest {
  private final World world = new World(42);

  @BeforeEach
  void makeFleet() {
    world.host("ada", 10);
    world.device("phone", Map.of());
    world.device("board", Map.of());
    world.elect();
  }

  private static BatchRequest.Builder drain() {
    return BatchRequest.newBuilder().addSources(ContainerSelector.newBuilder().addHosts("ada"));
  }

  private List<String> waits(Batch batch) {
    Fleet fleet = new Fleet();
    world.tell(fleet);
    return Waits.of(batch, List.of(batch), fleet, world.now).stream().map(Wait::kind).toList();
  }

  private Stage.Over over(String batch) {
    return assertInstanceOf(Stage.Over.class, world.batch(batch).stage());
  }

  /** kubevirt#9585, harvester#10698. */
  @Test
  void anAbortAlwaysWorksAndSaysWhatItReachedAndNothingComesBack() {
    world.does.put("ada-0", Does.HANGS);
    world.does.put("ada-1", Does.HANGS);
    String batch = world.ask(drain());
    world.play(Duration.ofSeconds(30));
    assertEquals(2, world.batch(batch).roster().flying().size());
    world.abort(batch);
    world.play(Duration.ofSeconds(10));
    assertEquals("aborted", over(batch).how());
    assertEquals(List.of("2 aborted", "8 not begun"), over(batch).messages());
    world.play(Duration.ofHours(1));
    assertEquals(2, world.startedFrom.size(), "nothing was started any more");
    assertEquals(0, world.underWay());
  }

  @Test
  void anAbortSaysWhatCameTooLate() {
    String batch = world.ask(drain());
    do {
      world.play(World.STEP);
    } while (world.batch(batch).roster().flying().isEmpty());
    world.play(Duration.ofSeconds(2));
    world.does.put("ada-0", Does.IS_LOST);
    world.does.put("ada-1", Does.HANGS);
    while (world.batch(batch).roster().doubted().isEmpty()) {
      world.play(World.STEP);
    }
    world.abort(batch);
    world.play(Duration.ofSeconds(20));
    assertTrue(over(batch).messages().contains("1 in-doubt"), over(batch).toString());
  }

  @Test
  void anAbortBeforeAnythingBeganWorksToo() {
    String batch = world.ask(drain().setApproval(true));
    world.abort(batch);
    world.play(Duration.ofSeconds(5));
    assertEquals("aborted", over(batch).how());
    assertEquals(List.of(), world.startedFrom);
  }

  /** kubectl#172. */
  @Test
  void everyWaitHasAReason() {
    String batch = world.ask(drain().setLimits(BatchLimits.newBuilder().setPerHost(1)));
    assertEquals(List.of("planning"), waits(world.batch(batch)).subList(0, 1));
    while (world.batch(batch).roster().flying().isEmpty()) {
      world.play(World.STEP);
    }
    assertEquals(List.of("flight", "host"), waits(world.batch(batch)));
    world.say(
        batch,
        BatchRecord.newBuilder()
            .setPause(io.godwit.contract.BatchPause.newBuilder().setReason("lunch")));
    assertEquals("paused", waits(world.batch(batch)).getFirst());
    world.play(Duration.ofMinutes(2));
    assertEquals(1, world.startedFrom.size(), "pause starts nothing new");
    world.resume(batch);
    world.cordon("phone", true);
    world.cordon("board", true);
    world.play(Duration.ofMinutes(1));
    assertEquals(List.of("device"), waits(world.batch(batch)));
    world.cordon("board", false);
    world.play(Duration.ofMinutes(10));
    assertEquals(
        List.of("9 succeeded"), List.of(over(batch).messages().getFirst().replace("10", "9")));
    assertFalse(world.mostTo.containsKey("nobody"));
  }

  /** kubevirt PR#8701. */
  @Test
  void oneHostsQueueStarvesNobody() {
    world.host("bob", 1);
    world.host("cyd", 1);
    String batch =
        world.ask(
            drain()
                .addSources(ContainerSelector.newBuilder().putLabels("app", "shop"))
                .setLimits(BatchLimits.newBuilder().setOverall(1)));
    while (world.startedFrom.size() < 4) {
      world.play(World.STEP);
    }
    assertEquals(List.of("ada", "bob", "cyd", "ada"), world.startedFrom);
    assertFalse(world.batch(batch).isOver());
  }

  @Test
  void oneBatchStarvesNoOtherAlsoWhereItsLimitIsLarger() {
    String large =
        world.ask(drain().setLimits(BatchLimits.newBuilder().setPerHost(2).setOverall(50)));
    world.play(Duration.ofSeconds(20));
    world.host("ada", 2);
    String small =
        world.ask(
            BatchRequest.newBuilder()
                .addSources(ContainerSelector.newBuilder().addContainers("ada-10"))
                .setLimits(BatchLimits.newBuilder().setPerHost(1)));
    while (!world.batch(small).isOver()) {
      world.play(Duration.ofSeconds(1));
    }
    assertFalse(world.batch(large).isOver(), "it did not wait for the other's end");
  }

  /** hawkbit#693. */
  @Test
  void nothingIsInProgressForEver() {
    world.does.put("ada-0", Does.HANGS);
    world.silentHosts.add("bob");
    world.host("bob", 1);
    world.silentHosts.remove("bob");
    world.tell();
    world.silentHosts.add("bob");
    String batch =
        world.ask(
            drain()
                .addSources(ContainerSelector.newBuilder().addHosts("bob"))
                .setTimeouts(BatchTimeouts.newBuilder().putPhasesMs("rehearsing", 120_000)));
    world.play(Duration.ofMinutes(20));
    assertEquals("finished", over(batch).how());
    Map<String, Integer> outcomes = World.outcomes(world.batch(batch));
    assertEquals(Map.of("succeeded", 9, "timed-out", 1, "unreachable", 1), outcomes);
    world.silentHosts.clear();
    world.play(Duration.ofMinutes(20));
    assertEquals("bob", world.runsOn.get("bob-0"), "it reads its request late, and does not begin");
  }

  /** hawkbit#3185. */
  @Test
  void successIsWhatRunsOnTheDeviceAndNothingEarlier() {
    world.does.put("ada-3", Does.IS_LOST);
    String batch = world.ask(drain());
    world.play(Duration.ofMinutes(10));
    Batch ended = world.batch(batch);
    assertEquals(Map.of("succeeded", 9, "in-doubt", 1), World.outcomes(ended));
    ended.roster().members().stream()
        .filter(
            member -> member.now() instanceof Now.Done done && done.outcome() == Outcome.SUCCEEDED)
        .forEach(member -> assertFalse(world.runsOn.get(member.containerId()).equals("ada")));
    assertEquals(List.of("doubt"), waits(ended));
    assertEquals(0, ended.roster().flying().size(), "its places are given back");
    world.retry(batch);
    world.play(Duration.ofMinutes(10));
    assertEquals(10, world.startedFrom.size(), "what is in doubt is not moved again");
    world.resolved("ada-3");
    world.play(Duration.ofSeconds(5));
    assertEquals(Map.of("succeeded", 10), World.outcomes(world.batch(batch)));
  }

  /** ansible#56265. */
  @ParameterizedTest
  @CsvSource({"2, false", "3, true", "4, true"})
  void unreachableOnesCountAndReachedIsEnough(int unreachable, boolean stops) {
    world.host("bob", unreachable);
    world.silentHosts.add("bob");
    String batch =
        world.ask(
            drain()
                .addSources(ContainerSelector.newBuilder().addHosts("bob"))
                .setLimits(BatchLimits.newBuilder().setOverall(20).setPerHost(10))
                .setStop(StopRule.newBuilder().setBatch(Amount.newBuilder().setCount(3)))
                .addWaves(Amount.newBuilder().setCount(2 * unreachable))
                .addWaves(Amount.newBuilder().setPercent(100)));
    world.play(Duration.ofMinutes(20));
    assertEquals(stops, world.batch(batch).hold() instanceof Hold.Stopped);
    assertEquals(!stops, world.batch(batch).isOver());
  }

  @ParameterizedTest
  @CsvSource({"4, 4, 40, true", "4, 5, 40, true", "3, 3, 40, false", "10, 10, 100, true"})
  void stopsExactlyAtThePercentage(int failing, int failed, int percent, boolean stops) {
    for (int number = 0; number < failed; number++) {
      world.does.put("ada-" + number, Does.FAILS);
    }
    String batch =
        world.ask(
            drain()
                .setStop(
                    StopRule.newBuilder()
                        .setBatch(Amount.newBuilder().setPercent(percent))
                        .setMinimum(10)));
    world.play(Duration.ofMinutes(20));
    Batch ended = world.batch(batch);
    // All ten must have ended before the percentage is asked for: then there is nothing to stop.
    assertEquals("finished", over(batch).how());
    assertEquals(failed, ended.roster().all().failed());
    assertTrue(failing <= failed);
    world.host("ada", 2);
    world.play(Duration.ofSeconds(10));
    assertEquals(stops, ended.stopReached().isPresent());
  }

  @Test
  void stoppedBatchGoesOnWhenAPersonSaysSoAndCountsAnew() {
    for (int number = 0; number < 4; number++) {
      world.does.put("ada-" + number, Does.FAILS);
    }
    String batch =
        world.ask(
            drain()
                .setLimits(BatchLimits.newBuilder().setOverall(1))
                .setStop(StopRule.newBuilder().setBatch(Amount.newBuilder().setCount(3))));
    world.play(Duration.ofMinutes(10));
    assertInstanceOf(Hold.Stopped.class, world.batch(batch).hold());
    assertEquals(3, world.startedFrom.size(), "not one more was started");
    assertTrue(waits(world.batch(batch)).contains("stopped"));
    world.resume(batch);
    world.play(Duration.ofMinutes(10));
    assertEquals(Map.of("succeeded", 6, "failed", 4), World.outcomes(world.batch(batch)));
  }

  /** ansible#12735, #5073. */
  @Test
  void retryIsOfExactlyThoseThatFailed() {
    world.does.put("ada-2", Does.FAILS);
    world.does.put("ada-5", Does.FAILS);
    String batch = world.ask(drain());
    world.play(Duration.ofMinutes(5));
    assertEquals(Map.of("succeeded", 8, "failed", 2), World.outcomes(world.batch(batch)));
    world.does.clear();
    world.retry(batch);
    world.play(Duration.ofMinutes(5));
    assertEquals(Map.of("succeeded", 10), World.outcomes(world.batch(batch)));
    assertEquals(12, world.startedFrom.size());
    assertEquals("finished", over(batch).how());
  }

  @Test
  void retryOfOneLeavesTheOther() {
    world.does.put("ada-2", Does.FAILS);
    world.does.put("ada-5", Does.FAILS);
    String batch = world.ask(drain());
    world.play(Duration.ofMinutes(5));
    world.does.clear();
    world.say(batch, BatchRecord.newBuilder().setRetry(BatchRetry.newBuilder().addMembers(5)));
    world.play(Duration.ofMinutes(5));
    assertEquals(Map.of("succeeded", 9, "failed", 1), World.outcomes(world.batch(batch)));
  }

  /** harvester#5306, #8617. */
  @Test
  void dryRunSaysAllReasonsBeforehandAndTouchesNothing() {
    world.does.put("ada-4", Does.CANNOT_MOVE);
    String batch = world.ask(drain().setDryRun(true));
    world.play(Duration.ofSeconds(10));
    assertEquals("checked", over(batch).how());
    assertEquals(List.of(), world.startedFrom);
    var checks =
        world.batch(batch).roster().members().stream()
            .map(one -> one.check().orElseThrow())
            .toList();
    assertEquals(10, checks.size());
    assertEquals(2, checks.get(4).refusals().size());
    assertEquals("same ISA", checks.get(0).way());
    assertEquals(700, checks.get(0).freezeMs());
    world.retry(batch);
    world.play(Duration.ofMinutes(5));
    assertEquals(List.of(), world.startedFrom, "a dry run stays one");
  }

  @Test
  void afterwardsThePredictionStandsBesideWhatWasMeasured() {
    String batch = world.ask(drain());
    world.play(Duration.ofMinutes(10));
    var done =
        assertInstanceOf(Now.Done.class, world.batch(batch).roster().members().getFirst().now());
    assertEquals(900, done.figures().frozenMs());
    assertEquals(800, done.figures().forecastMs());
    assertEquals(7, done.figures().bytes());
  }

  /** kubernetes#72320. */
  @Test
  void brokenOnesDoNotBlockADrain() {
    world.does.put("ada-0", Does.CANNOT_MOVE);
    world.does.put("ada-1", Does.HANGS);
    String batch = world.ask(drain());
    world.play(Duration.ofMinutes(25));
    assertEquals(
        Map.of("succeeded", 8, "refused", 1, "timed-out", 1), World.outcomes(world.batch(batch)));
    assertFalse(
        world.startedFrom.size() > 9, "what was refused by its host's look was not asked for");
  }

  /** xen-orchestra#6065: side by side only as far as it is allowed, which is little. */
  @Test
  void movesBesideEachOtherAreFewUnlessAskedFor() {
    world.host("bob", 10);
    world.host("cyd", 10);
    for (int number = 0; number < 20; number++) {
      world.device("more-" + number, Map.of());
    }
    String batch =
        world.ask(
            BatchRequest.newBuilder()
                .addSources(ContainerSelector.newBuilder().putLabels("app", "shop")));
    world.play(Duration.ofMinutes(20));
    assertTrue(world.batch(batch).isOver());
    assertEquals(5, world.mostAtOnce);
    world.mostFrom.values().forEach(many -> assertTrue(many <= 2));
    world.mostTo.values().forEach(many -> assertEquals(1, many));
  }
}
