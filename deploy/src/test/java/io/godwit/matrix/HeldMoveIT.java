package io.godwit.matrix;

import static io.godwit.matrix.Lab.AGENT;
import static io.godwit.matrix.Strike.Call.after;
import static io.godwit.matrix.Strike.Call.before;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.State;
import io.godwit.cores.KeepsACoreBusy;
import io.godwit.matrix.Strike.Blow;
import io.godwit.matrix.Strike.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Moves to a device whose containers come through the runtime: who dies while one waits there. */
@Order(Lab.FIRST)
@KeepsACoreBusy(Lab.KIND)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HeldMoveIT {
  private static final String DECISION = "Produce decisions";

  /** The two before it are the rehearsal's. */
  private static final Call START = before(AGENT, "POST .*/start$").no(3);

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
  void aContainerWaitsBeforeTheClaimAndIsStartedAsAny() {
    try (Moving moving = Moving.started(lab, "h-plain")) {
      moving.ask(Moving.BUDGET);
      State end = moving.awaitEnd(Duration.ofSeconds(60));
      assertEquals(State.SUCCEEDED, end, moving::history);
      moving.assertGoesOnOnce(end);
      assertTrue(
          lab.wires().seen().stream().noneMatch(call -> call.contains("start?checkpoint")),
          "no start from a checkpoint: the Engine need not be experimental for it");
      assertEquals(
          lab.engine().docker().inspect("h-plain", "{{.HostConfig.Runtime}}"),
          lab.engine().docker().inspect(moving.there(), "{{.HostConfig.Runtime}}"));
    }
  }

  static Stream<Row> rows() {
    Blow kill = Blow.KILL_AGENT;
    return Stream.of(
        Row.of(kill, START, CLAIM).ends(State.SUCCEEDED),
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
