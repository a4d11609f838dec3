package io.godwit.cli;

import io.godwit.contract.Event;
import java.util.Optional;

/** Which events end a migration for the one who asked for it. Only the checkpointer's do. */
final class Outcome {
  private Outcome() {}

  static Optional<ExitStatus> of(Event event) {
    if (!event.getService().equals("checkpointer")) {
      return Optional.empty();
    }
    return switch (event.getPhase()) {
      case SUCCEEDED -> Optional.of(ExitStatus.DONE);
      case FAILED, ROLLED_BACK -> Optional.of(ExitStatus.NOT_MOVED);
      case IN_DOUBT -> Optional.of(ExitStatus.IN_DOUBT);
      case PHASE_UNSPECIFIED,
          PENDING,
          PREFLIGHT,
          REHEARSING,
          CHECKPOINTING,
          CHECKPOINTED,
          CONVERTING,
          CONVERTED,
          CLAIMED,
          RESTORING,
          ABORTED,
          UNRECOGNIZED ->
          Optional.empty();
    };
  }
}
