package io.godwit.matrix;

import static io.godwit.matrix.Lab.AGENT;
import static io.godwit.matrix.Lab.CHECKPOINTER;
import static io.godwit.matrix.Lab.CONVERTER;
import static io.godwit.matrix.Strike.Call.after;
import static io.godwit.matrix.Strike.Call.before;
import static io.godwit.matrix.Strike.Call.during;

import io.godwit.checkpointer.migration.State;
import io.godwit.matrix.Strike.Blow;
import io.godwit.matrix.Strike.Call;
import java.util.stream.Stream;

/**
 * The rows of the matrix: each part, before an effect, after it, and before it is recorded. Where a
 * move outlives a blow, the next falls on the same move.
 */
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

  private static final Call DUMPED = after(CHECKPOINTER, DUMP).passing();
  private static final Call CONVERTED = after(CONVERTER, CONVERSION).passing();

  // The agent's first decision is its claim; a start from a checkpoint before it is the
  // rehearsal's.
  private static final Call CLAIM = before(AGENT, DECISION);
  private static final Call CLAIMED = after(AGENT, DECISION);
  private static final Call CLAIM_STANDS = CLAIMED.passing();
  private static final Call RESTORE = before(AGENT, START);
  private static final Call RESTORED = after(AGENT, START);
  private static final Call OUTCOME = before(AGENT, DECISION).no(2);
  private static final Call TOLD = after(AGENT, DECISION).no(2);

  /** The device's Engine does not start it: the source is to go on. */
  private static final Call REFUSED = RESTORE.refused();

  private Rows() {}

  static Stream<Row> all() {
    return Stream.of(checkpointer(), converter(), agent(), broker(), store(), engine(), late())
        .flatMap(rows -> rows);
  }

  private static Stream<Row> checkpointer() {
    Blow kill = Blow.KILL_CHECKPOINTER;
    return Stream.of(
        Row.of(
                kill,
                before(CHECKPOINTER, PAUSE),
                before(CHECKPOINTER, DUMP),
                during(CHECKPOINTER, DUMP, 150))
            .ends(State.SUCCEEDED),
        Row.of(
                Strike.of(kill, after(CHECKPOINTER, PAUSE)),
                Strike.of(kill, after(CHECKPOINTER, DUMP)),
                Strike.of(kill, before(CHECKPOINTER, UPLOAD)).once(DUMPED))
            .ends(State.SUCCEEDED),
        Row.of(
                kill,
                before(CHECKPOINTER, CHECKPOINT),
                after(CHECKPOINTER, CHECKPOINT),
                CLAIMED.passing())
            .ends(State.SUCCEEDED),
        Row.of(kill, TOLD.passing(), before(CHECKPOINTER, KILL)).ends(State.SUCCEEDED),
        Row.of(kill, after(CHECKPOINTER, KILL)).ends(State.SUCCEEDED),
        Row.of(
                Strike.of(kill, before(CHECKPOINTER, THAW)).once(CLAIM_STANDS, REFUSED),
                Strike.of(kill, after(CHECKPOINTER, THAW)))
            .ends(State.ROLLED_BACK));
  }

  private static Stream<Row> converter() {
    return Stream.of(
        Row.of(
                Blow.KILL_CONVERTER,
                before(CONVERTER, FETCH),
                before(CONVERTER, CONVERSION),
                after(CONVERTER, CONVERSION))
            .ends(State.SUCCEEDED));
  }

  private static Stream<Row> agent() {
    Blow kill = Blow.KILL_AGENT;
    return Stream.of(
        Row.of(kill, before(AGENT, START), after(AGENT, REHEARSAL), CLAIM).ends(State.SUCCEEDED),
        Row.of(kill, CLAIMED),
        Row.of(Strike.of(kill, RESTORE).once(CLAIM_STANDS)),
        Row.of(
                Strike.of(kill, RESTORED).once(CLAIM_STANDS),
                Strike.of(kill, CLAIM),
                Strike.of(kill, CLAIMED))
            .ends(State.SUCCEEDED),
        Row.of(kill, OUTCOME).ends(State.SUCCEEDED),
        Row.of(kill, TOLD).ends(State.SUCCEEDED));
  }

  private static Stream<Row> broker() {
    Blow kill = Blow.KILL_BROKER;
    // Each is away for 10 s and more: until its controller takes its last run for dead.
    return Stream.of(
        Row.of(kill, before(CHECKPOINTER, CHECKPOINT), CLAIM).ends(State.SUCCEEDED),
        Row.of(kill, CLAIMED, CLAIM).ends(State.SUCCEEDED));
  }

  private static Stream<Row> store() {
    Blow kill = Blow.KILL_STORE;
    return Stream.of(
        Row.of(Strike.of(kill, before(CHECKPOINTER, UPLOAD)).once(DUMPED).away(0.5)),
        Row.of(
            Strike.of(kill, before(CONVERTER, FETCH)).away(0.5),
            Strike.of(kill, before(AGENT, FETCH)).once(CONVERTED).away(0.5)));
  }

  private static Stream<Row> engine() {
    Blow kill = Blow.KILL_ENGINE;
    Blow killAll = Blow.KILL_ENGINE_AND_CONTAINERS;
    return Stream.of(
        Row.of(kill, before(CHECKPOINTER, PAUSE)),
        Row.of(kill, after(CHECKPOINTER, PAUSE)),
        Row.of(kill, during(CHECKPOINTER, DUMP, 150)),
        Row.of(Strike.of(kill, during(AGENT, START, 250)).once(CLAIM_STANDS)),
        Row.of(Strike.of(kill, during(AGENT, START, 400)).once(CLAIM_STANDS)),
        Row.of(Strike.of(kill, RESTORED.passing()).once(CLAIM_STANDS)),
        Row.of(kill, before(CHECKPOINTER, KILL)).ends(State.SUCCEEDED),
        Row.of(Strike.of(kill, before(CHECKPOINTER, THAW)).once(CLAIM_STANDS, REFUSED))
            .ends(State.ROLLED_BACK),
        // The device's Engine is the same one: whether it is back before the agent gives up is
        // open.
        Row.of(killAll, before(CHECKPOINTER, CHECKPOINT).passing()),
        Row.of(Strike.of(killAll, RESTORE).once(CLAIM_STANDS)).ends(State.ROLLED_BACK));
  }

  private static Stream<Row> late() {
    return Stream.of(
            Row.of(Blow.STOP_AGENT, CLAIM.passing()).ends(State.ROLLED_BACK),
            Row.of(Blow.STOP_AGENT, CLAIMED.passing(), CLAIMED.passing()).ends(State.SUCCEEDED),
            Row.of(Blow.STOP_CHECKPOINTER, after(CHECKPOINTER, PAUSE).passing())
                .ends(State.ROLLED_BACK),
            Row.of(Blow.STOP_CHECKPOINTER, before(CHECKPOINTER, CHECKPOINT).passing()),
            Row.of(Blow.STOP_CHECKPOINTER, after(CHECKPOINTER, CHECKPOINT).passing()))
        .map(Row::late);
  }
}
