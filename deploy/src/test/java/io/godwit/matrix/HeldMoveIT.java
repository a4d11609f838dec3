package io.godwit.matrix;

import static io.godwit.matrix.Lab.AGENT;
import static io.godwit.matrix.Strike.Call.after;
import static io.godwit.matrix.Strike.Call.before;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.State;
import io.godwit.cores.KeepsACoreBusy;
import io.godwit.e2e.Docker;
import io.godwit.matrix.Strike.Blow;
import io.godwit.matrix.Strike.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Moves to a device whose containers come through the runtime: who dies while one waits there,
 * before the freeze and after it.
 */
@Order(Lab.FIRST)
@KeepsACoreBusy(Lab.KIND)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HeldMoveIT {
  private static final String DECISION = "Produce decisions";

  /** The two before it are the rehearsal's; the container at its source runs still. */
  private static final Call START = before(AGENT, "POST .*/start$").no(3);

  /** While the Engine is at it, or it waits: the freeze is near, or has just begun. */
  private static final Call WAITS =
      new Call(AGENT, "POST .*/start$", Wires.Moment.BEFORE, 3, Wires.Then.PASSES, 600);

  private static final Call CLAIM = before(AGENT, DECISION);
  private static final Call CLAIMED = after(AGENT, DECISION);

  private Lab lab;

  @BeforeAll
  void begin() throws IOException {
    Path root = Path.of(System.getProperty("godwit.root")).toAbsolutePath().normalize();
    Path folder = Files.createTempDirectory("gw");
    RuntimeInFront front = RuntimeInFront.install(root, folder.resolve("front"));
    lab = new Lab(root, folder, front.environment());
    lab.start();
  }

  @AfterAll
  void close() {
    lab.close();
  }

  @AfterEach
  void heal() {
    lab.heal();
  }

  @Test
  void aContainerWaitsBeforeTheFreezeAndIsStartedAsAny() {
    try (Moving moving = Moving.started(lab, "h-plain")) {
      moving.ask(Moving.BUDGET);
      State end = moving.awaitEnd(Duration.ofSeconds(60));
      assertEquals(State.SUCCEEDED, end, moving::history);
      moving.assertGoesOnOnce(end);
      List<String> seen = lab.wires().seen();
      assertTrue(
          seen.stream().noneMatch(call -> call.contains("start?checkpoint")),
          "no start from a checkpoint: the Engine need not be experimental for it");
      int paused = index(seen, "/pause", 1);
      assertTrue(index(seen, "/start", 3) < paused, "it waits before anything is frozen: " + seen);
      assertEquals(
          List.of(),
          seen.subList(paused, seen.size()).stream()
              .filter(call -> call.endsWith("/start") || call.contains("/containers/create"))
              .toList());
      assertEquals(
          lab.engine().docker().inspect("h-plain", "{{.HostConfig.Runtime}}"),
          lab.engine().docker().inspect(moving.there(), "{{.HostConfig.Runtime}}"));
    }
  }

  private static int index(List<String> seen, String end, int nth) {
    return IntStream.range(0, seen.size())
        .filter(i -> seen.get(i).endsWith(end))
        .skip(nth - 1)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no call " + end + " among " + seen));
  }

  @Test
  void whatIsWrittenWhileItWaitsIsThereAndNoLineOfItsLogIsLost() throws Exception {
    Docker docker = lab.engine().docker();
    Path files = Files.createDirectories(Files.createTempDirectory("gw").resolve("files"));
    Path before = Files.writeString(files.resolve("before"), "before");
    Path since = Files.writeString(files.resolve("since"), "since");
    try (Moving moving =
        Moving.started(
            lab, "h-files", "--network", "none", "--volume", "/data", "godwit/counter")) {
      for (String place : List.of("/changed", "/gone", "/data/changed")) {
        docker.run("cp", before.toString(), "h-files:" + place).orFail();
      }
      lab.wires()
          .trap(
              AGENT,
              "POST .*/start$",
              Wires.Moment.BEFORE,
              3,
              Wires.Then.PASSES,
              () -> {
                for (String place : List.of("/changed", "/data/changed", "/new")) {
                  docker.run("cp", since.toString(), "h-files:" + place).orFail();
                }
              });
      moving.ask(Moving.BUDGET);
      State end = moving.awaitEnd(Duration.ofSeconds(60));
      assertEquals(State.SUCCEEDED, end, moving::history);
      moving.assertGoesOnOnce(end);
      int paused = index(lab.wires().seen(), "/pause", 1);
      assertTrue(
          lab.wires().seen().stream().skip(paused).noneMatch(call -> call.endsWith("/start")),
          "what waited was used");
      Path back = files.resolve("back");
      for (String place : List.of("/changed", "/data/changed", "/new")) {
        docker.run("cp", moving.there() + ":" + place, back.toString()).orFail();
        assertEquals("since", Files.readString(back), place);
      }
      docker.run("cp", moving.there() + ":/gone", back.toString()).orFail();
      assertEquals("before", Files.readString(back), "and what did not change");
    }
  }

  static Stream<Row> rows() {
    Blow kill = Blow.KILL_AGENT;
    return Stream.of(
        Row.of(kill, START, CLAIM).ends(State.SUCCEEDED),
        Row.of(kill, WAITS).ends(State.SUCCEEDED),
        Row.of(Blow.KILL_SHIMS_OF_WHAT_WAITS, WAITS).ends(State.SUCCEEDED),
        Row.of(Blow.KILL_ENGINE, WAITS),
        // It was not told go, or nobody knows; what runs is looked at.
        Row.of(kill, CLAIMED),
        Row.of(kill, new Call(AGENT, DECISION, Wires.Moment.AFTER, 1, Wires.Then.PASSES, 100)),
        Row.of(kill, CLAIM.no(2)).ends(State.SUCCEEDED),
        Row.of(Blow.KILL_ENGINE, CLAIM.passing()).ends(State.ROLLED_BACK));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void whoeverDiesWhileItWaitsOneSideGoesOn(Row row) throws InterruptedException {
    row.meets(lab, "h-" + UUID.randomUUID());
  }
}
