package io.godwit.matrix;

import static io.godwit.matrix.Lab.AGENT;
import static io.godwit.matrix.Lab.CHECKPOINTER;
import static io.godwit.matrix.Lab.CONVERTER;
import static io.godwit.matrix.Row.after;
import static io.godwit.matrix.Row.before;
import static io.godwit.matrix.Row.during;
import static io.godwit.matrix.Row.nth;
import static io.godwit.matrix.Row.passing;
import static io.godwit.matrix.Row.refused;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.State;
import io.godwit.matrix.Row.Blow;
import io.godwit.matrix.Row.Call;
import io.godwit.matrix.Wires.Trap;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whoever is killed or stands still, and whenever: each number once, it goes on in one place, and
 * what is said of it is so.
 */
@ExtendWith(Lab.Given.class)
final class MatrixIT {
  private static final AtomicInteger ROWS = new AtomicInteger();

  // What the parts say to each other, in the order of a migration.
  private static final String PAUSE = "POST .*/pause$";
  private static final String DUMP = "POST .*/checkpoints$";
  private static final String UPLOAD = "PUT /godwit/sha256";
  private static final String CHECKPOINT = "Produce checkpoints";
  private static final String FETCH = "GET /godwit/sha256";
  private static final String CONVERSION = "Produce conversions";
  private static final String DECISION = "Produce decisions";
  private static final String START = "POST .*/start\\?checkpoint=";
  private static final String KILL = "POST .*/kill";
  private static final String THAW = "POST .*/unpause$";
  private static final String REHEARSED = "Produce rehearsals";

  /** The agent's second: its first is the rehearsal's. */
  private static final Call RESTORE = nth(2, before(AGENT, START));

  private static final Call RESTORED = nth(2, after(AGENT, START));
  private static final Call CLAIM = before(AGENT, DECISION);
  private static final Call CLAIMED = after(AGENT, DECISION);
  private static final Call OUTCOME = nth(2, before(AGENT, DECISION));
  private static final Call TOLD = nth(2, after(AGENT, DECISION));

  /** The device's Engine does not start it: the source is to go on. */
  private static final Call REFUSED = refused(RESTORE);

  static Stream<Row> rows() {
    return Stream.of(checkpointer(), converter(), agent(), broker(), store(), engine(), stopped())
        .flatMap(rows -> rows);
  }

  private static Stream<Row> checkpointer() {
    return Stream.of(
            before(CHECKPOINTER, PAUSE),
            after(CHECKPOINTER, PAUSE),
            before(CHECKPOINTER, DUMP),
            during(CHECKPOINTER, DUMP, 150),
            after(CHECKPOINTER, DUMP),
            before(CHECKPOINTER, CHECKPOINT),
            after(CHECKPOINTER, CHECKPOINT),
            passing(CLAIMED),
            passing(TOLD),
            before(CHECKPOINTER, KILL),
            after(CHECKPOINTER, KILL))
        .map(call -> Row.of(Blow.KILL_CHECKPOINTER, call))
        .flatMap(row ->
            row.at().call().equals(CHECKPOINT) && row.at().equals(before(CHECKPOINTER, CHECKPOINT))
                ? Stream.of(
                    Row.of(Blow.KILL_CHECKPOINTER, before(CHECKPOINTER, UPLOAD))
                        .once(passing(after(CHECKPOINTER, DUMP))),
                    row)
                : Stream.of(row));
  }

  private static Stream<Row> converter() {
    return Stream.of(
            before(CONVERTER, FETCH), before(CONVERTER, CONVERSION), after(CONVERTER, CONVERSION))
        .map(call -> Row.of(Blow.KILL_CONVERTER, call));
  }

  private static Stream<Row> agent() {
    return Stream.of(
            before(AGENT, START),
            after(AGENT, REHEARSED),
            CLAIM,
            CLAIMED,
            RESTORE,
            RESTORED,
            OUTCOME,
            TOLD)
        .map(call -> Row.of(Blow.KILL_AGENT, call));
  }

  private static Stream<Row> broker() {
    return Stream.of(before(CHECKPOINTER, CHECKPOINT), passing(CLAIM), CLAIMED, OUTCOME)
        .map(call -> Row.of(Blow.KILL_BROKER, call).away(1));
  }

  private static Stream<Row> store() {
    return Stream.of(
        Row.of(Blow.KILL_STORE, before(CHECKPOINTER, UPLOAD))
            .once(passing(after(CHECKPOINTER, DUMP)))
            .away(1),
        Row.of(Blow.KILL_STORE, before(CONVERTER, FETCH)).away(1),
        Row.of(Blow.KILL_STORE, before(AGENT, FETCH))
            .once(passing(after(CONVERTER, CONVERSION)))
            .away(1));
  }

  private static Stream<Row> engine() {
    return Stream.of(
        Row.of(Blow.KILL_ENGINE, before(CHECKPOINTER, PAUSE)).away(0.5),
        Row.of(Blow.KILL_ENGINE, after(CHECKPOINTER, PAUSE)).away(0.5),
        Row.of(Blow.KILL_ENGINE, during(CHECKPOINTER, DUMP, 150)).away(0.5),
        Row.of(Blow.KILL_ENGINE, nth(2, during(AGENT, START, 100))).away(0.5),
        Row.of(Blow.KILL_ENGINE, before(CHECKPOINTER, KILL)).away(0.5),
        Row.of(Blow.KILL_ENGINE, before(CHECKPOINTER, THAW)).once(REFUSED).away(0.5),
        Row.of(Blow.KILL_ENGINE_AND_CONTAINERS, passing(before(CHECKPOINTER, CHECKPOINT)))
            .away(0.5),
        Row.of(Blow.KILL_ENGINE_AND_CONTAINERS, before(CHECKPOINTER, THAW))
            .once(REFUSED)
            .away(0.5));
  }

  private static Stream<Row> stopped() {
    return Stream.of(
        Row.of(Blow.KILL_CHECKPOINTER, before(CHECKPOINTER, THAW))
            .once(REFUSED)
            .ends(State.ROLLED_BACK),
        Row.of(Blow.KILL_CHECKPOINTER, after(CHECKPOINTER, THAW))
            .once(REFUSED)
            .ends(State.ROLLED_BACK),
        Row.of(Blow.STOP_AGENT, passing(CLAIM)).away(6).budget(4).ends(State.ROLLED_BACK),
        Row.of(Blow.STOP_AGENT, passing(CLAIMED)).away(6).budget(4).ends(State.SUCCEEDED),
        Row.of(Blow.STOP_AGENT, passing(RESTORED)).away(6).budget(4).ends(State.SUCCEEDED),
        Row.of(Blow.STOP_CHECKPOINTER, passing(after(CHECKPOINTER, PAUSE))).away(6).budget(4),
        Row.of(Blow.STOP_CHECKPOINTER, passing(before(CHECKPOINTER, CHECKPOINT))).away(6).budget(4),
        Row.of(Blow.STOP_CHECKPOINTER, passing(after(CHECKPOINTER, CHECKPOINT))).away(6).budget(4));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void eachNumberOnce(Row row, Lab lab) throws InterruptedException {
    String only = System.getProperty("row", "");
    if (!row.toString().matches(".*" + only + ".*")) {
      return;
    }
    String name = "m" + ROWS.incrementAndGet();
    try (Moving moving = Moving.started(lab, name)) {
      Trap trap = row.set(lab);
      moving.ask(row.budget());
      trap.await(60);
      row.comeBack(lab);
      State end = moving.awaitEnd(Duration.ofSeconds(120));
      lab.heal();
      System.out.println(row + " -> " + end);
      moving.assertGoesOnOnce(end);
      assertTrue(row.ends().contains(end), () -> row + " ended as " + moving.history());
    }
  }

  @AfterEach
  void heal(Lab lab) {
    lab.heal();
  }
}
