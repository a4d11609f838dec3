package io.godwit.checkpointer.migration;

import static io.godwit.checkpointer.migration.State.ABORTED;
import static io.godwit.checkpointer.migration.State.CHECKPOINTED;
import static io.godwit.checkpointer.migration.State.CHECKPOINTING;
import static io.godwit.checkpointer.migration.State.CLAIMED;
import static io.godwit.checkpointer.migration.State.FAILED;
import static io.godwit.checkpointer.migration.State.IN_DOUBT;
import static io.godwit.checkpointer.migration.State.PENDING;
import static io.godwit.checkpointer.migration.State.PREFLIGHT;
import static io.godwit.checkpointer.migration.State.REHEARSING;
import static io.godwit.checkpointer.migration.State.ROLLED_BACK;
import static io.godwit.checkpointer.migration.State.SUCCEEDED;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Which state may follow which:
 *
 * <pre>
 * from           to
 * PENDING        PREFLIGHT      FAILED ABORTED
 * PREFLIGHT      REHEARSING     FAILED ABORTED
 * REHEARSING     CHECKPOINTING  FAILED ABORTED
 * CHECKPOINTING  CHECKPOINTED   FAILED ABORTED
 * CHECKPOINTED   CLAIMED        ABORTED             no failure here: the log decides
 * CLAIMED        SUCCEEDED      FAILED IN_DOUBT     never ABORTED: the Claim came first
 * IN_DOUBT       SUCCEEDED      FAILED
 * FAILED         ROLLED_BACK    FAILED              FAILED again: undoing failed
 * ABORTED        ROLLED_BACK    FAILED              FAILED: undoing failed
 * SUCCEEDED      -
 * ROLLED_BACK    -
 * </pre>
 */
final class TransitionTable {
  private static final Map<State, Set<State>> NEXT = new EnumMap<>(State.class);

  static {
    NEXT.put(PENDING, EnumSet.of(PREFLIGHT, FAILED, ABORTED));
    NEXT.put(PREFLIGHT, EnumSet.of(REHEARSING, FAILED, ABORTED));
    NEXT.put(REHEARSING, EnumSet.of(CHECKPOINTING, FAILED, ABORTED));
    NEXT.put(CHECKPOINTING, EnumSet.of(CHECKPOINTED, FAILED, ABORTED));
    NEXT.put(CHECKPOINTED, EnumSet.of(CLAIMED, ABORTED));
    NEXT.put(CLAIMED, EnumSet.of(SUCCEEDED, FAILED, IN_DOUBT));
    NEXT.put(IN_DOUBT, EnumSet.of(SUCCEEDED, FAILED));
    NEXT.put(FAILED, EnumSet.of(ROLLED_BACK, FAILED));
    NEXT.put(ABORTED, EnumSet.of(ROLLED_BACK, FAILED));
    NEXT.put(SUCCEEDED, EnumSet.noneOf(State.class));
    NEXT.put(ROLLED_BACK, EnumSet.noneOf(State.class));
  }

  private TransitionTable() {}

  /** The states that may follow. */
  static Set<State> after(State state) {
    return NEXT.getOrDefault(state, Set.of());
  }
}
