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

import io.godwit.checkpointer.migration.State;
import io.godwit.matrix.Row.Blow;
import io.godwit.matrix.Row.Call;
import java.util.Arrays;
import java.util.stream.Stream;

/** The rows of the matrix: each part, before an effect, after it, and before it is recorded. */
final class Rows {
  // What the parts say to each other, in the order of a migration.
  private static final String REHEARSAL = "Produce rehearsals";
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

  private static final Call DUMPED = passing(after(CHECKPOINTER, DUMP));
  private static final Call CONVERTED = passing(after(CONVERTER, CONVERSION));

  // The agent's first start from a checkpoint is the rehearsal's, its first decision the claim.
  private static final Call CLAIM = before(AGENT, DECISION);
  private static final Call CLAIMED = after(AGENT, DECISION);
  private static final Call RESTORE = nth(2, before(AGENT, START));
  private static final Call RESTORED = nth(2, after(AGENT, START));
  private static final Call OUTCOME = nth(2, before(AGENT, DECISION));
  private static final Call TOLD = nth(2, after(AGENT, DECISION));

  /** The device's Engine does not start it: the source is to go on. */
  private static final Call REFUSED = refused(RESTORE);

  private Rows() {}

  static Stream<Row> all() {
    return Stream.of(checkpointer(), converter(), agent(), broker(), store(), engine(), stopped())
        .flatMap(rows -> rows);
  }

  private static Stream<Row> checkpointer() {
    return Stream.concat(
        each(
            Blow.KILL_CHECKPOINTER,
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
            after(CHECKPOINTER, KILL)),
        Stream.of(
            Row.of(Blow.KILL_CHECKPOINTER, before(CHECKPOINTER, UPLOAD)).once(DUMPED),
            Row.of(Blow.KILL_CHECKPOINTER, before(CHECKPOINTER, THAW))
                .once(REFUSED)
                .ends(State.ROLLED_BACK),
            Row.of(Blow.KILL_CHECKPOINTER, after(CHECKPOINTER, THAW))
                .once(REFUSED)
                .ends(State.ROLLED_BACK)));
  }

  private static Stream<Row> converter() {
    return each(
        Blow.KILL_CONVERTER,
        before(CONVERTER, FETCH),
        before(CONVERTER, CONVERSION),
        after(CONVERTER, CONVERSION));
  }

  private static Stream<Row> agent() {
    return each(
        Blow.KILL_AGENT,
        before(AGENT, START),
        after(AGENT, REHEARSAL),
        CLAIM,
        CLAIMED,
        RESTORE,
        RESTORED,
        OUTCOME,
        TOLD);
  }

  private static Stream<Row> broker() {
    return each(
        Blow.KILL_BROKER, before(CHECKPOINTER, CHECKPOINT), passing(CLAIM), CLAIMED, OUTCOME);
  }

  private static Stream<Row> store() {
    return Stream.of(
        Row.of(Blow.KILL_STORE, before(CHECKPOINTER, UPLOAD)).once(DUMPED).away(1),
        Row.of(Blow.KILL_STORE, before(CONVERTER, FETCH)).away(1),
        Row.of(Blow.KILL_STORE, before(AGENT, FETCH)).once(CONVERTED).away(1));
  }

  private static Stream<Row> engine() {
    return Stream.concat(
        each(
            Blow.KILL_ENGINE,
            before(CHECKPOINTER, PAUSE),
            after(CHECKPOINTER, PAUSE),
            during(CHECKPOINTER, DUMP, 150),
            nth(2, during(AGENT, START, 100)),
            before(CHECKPOINTER, KILL)),
        Stream.of(
            Row.of(Blow.KILL_ENGINE, before(CHECKPOINTER, THAW)).once(REFUSED),
            Row.of(
                Blow.KILL_ENGINE_AND_CONTAINERS, passing(before(CHECKPOINTER, CHECKPOINT))),
            Row.of(Blow.KILL_ENGINE_AND_CONTAINERS, before(CHECKPOINTER, THAW)).once(REFUSED)));
  }

  /** Late by more than the container may stand still. */
  private static Stream<Row> stopped() {
    return Stream.of(
            Row.of(Blow.STOP_AGENT, passing(CLAIM)).ends(State.ROLLED_BACK),
            Row.of(Blow.STOP_AGENT, passing(CLAIMED)).ends(State.SUCCEEDED),
            Row.of(Blow.STOP_AGENT, passing(RESTORED)).ends(State.SUCCEEDED),
            Row.of(Blow.STOP_CHECKPOINTER, passing(after(CHECKPOINTER, PAUSE))),
            Row.of(Blow.STOP_CHECKPOINTER, passing(before(CHECKPOINTER, CHECKPOINT))),
            Row.of(Blow.STOP_CHECKPOINTER, passing(after(CHECKPOINTER, CHECKPOINT))))
        .map(row -> row.away(6).budget(4));
  }

  private static Stream<Row> each(Blow blow, Call... calls) {
    return Arrays.stream(calls).map(call -> Row.of(blow, call));
  }
}
