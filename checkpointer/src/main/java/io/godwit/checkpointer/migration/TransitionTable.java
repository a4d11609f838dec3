package io.godwit.checkpointer.migration;

import static io.godwit.checkpointer.migration.State.ABORTED;
import static io.godwit.checkpointer.migration.State.CLAIMED;
import static io.godwit.checkpointer.migration.State.FAILED;
import static io.godwit.checkpointer.migration.State.FREEZING;
import static io.godwit.checkpointer.migration.State.FROZEN;
import static io.godwit.checkpointer.migration.State.IN_DOUBT;
import static io.godwit.checkpointer.migration.State.PENDING;
import static io.godwit.checkpointer.migration.State.PREFLIGHT;
import static io.godwit.checkpointer.migration.State.REHEARSING;
import static io.godwit.checkpointer.migration.State.ROLLED_BACK;
import static io.godwit.checkpointer.migration.State.SOURCE_DOWN;
import static io.godwit.checkpointer.migration.State.SUCCEEDED;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Which state may follow which. Everything that must never be is a line that is missing here.
 *
 * <pre>
 * PENDING        PREFLIGHT      FAILED ABORTED
 * PREFLIGHT      REHEARSING     FAILED ABORTED
 * REHEARSING     FREEZING       FAILED ABORTED
 * FREEZING       FROZEN         FAILED ABORTED      nothing is published: a timer may thaw
 * FROZEN         CLAIMED        ABORTED IN_DOUBT    no failure here: the log decides
 * CLAIMED        SUCCEEDED      FAILED IN_DOUBT     never ABORTED: the Claim came first
 * IN_DOUBT       SUCCEEDED      FAILED              by the claimer's word, or the operator's
 * FAILED         ROLLED_BACK    SOURCE_DOWN
 * ABORTED        ROLLED_BACK    SOURCE_DOWN
 * SOURCE_DOWN    ROLLED_BACK
 * SUCCEEDED      -
 * ROLLED_BACK    -
 * </pre>
 */
final class TransitionTable {
  private static final Map<State, Set<State>> NEXT = new EnumMap<>(State.class);

  static {
    NEXT.put(PENDING, EnumSet.of(PREFLIGHT, FAILED, ABORTED));
    NEXT.put(PREFLIGHT, EnumSet.of(REHEARSING, FAILED, ABORTED));
    NEXT.put(REHEARSING, EnumSet.of(FREEZING, FAILED, ABORTED));
    NEXT.put(FREEZING, EnumSet.of(FROZEN, FAILED, ABORTED));
    NEXT.put(FROZEN, EnumSet.of(CLAIMED, ABORTED, IN_DOUBT));
    NEXT.put(CLAIMED, EnumSet.of(SUCCEEDED, FAILED, IN_DOUBT));
    NEXT.put(IN_DOUBT, EnumSet.of(SUCCEEDED, FAILED));
    NEXT.put(FAILED, EnumSet.of(ROLLED_BACK, SOURCE_DOWN));
    NEXT.put(ABORTED, EnumSet.of(ROLLED_BACK, SOURCE_DOWN));
    NEXT.put(SOURCE_DOWN, EnumSet.of(ROLLED_BACK));
    NEXT.put(SUCCEEDED, EnumSet.noneOf(State.class));
    NEXT.put(ROLLED_BACK, EnumSet.noneOf(State.class));
  }

  private TransitionTable() {}

  /** The states that may follow. */
  static Set<State> after(State state) {
    return NEXT.getOrDefault(state, Set.of());
  }
}
