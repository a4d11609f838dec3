package io.godwit.cli;

import io.godwit.contract.Event;
import io.godwit.contract.Phase;
import java.util.Optional;

/** Which events end a migration for the one who asked for it: those after which nothing follows. */
final class Outcome {
  private Outcome() {}

  static Optional<ExitStatus> of(Event event) {
    if (!event.getEnded()) {
      return Optional.empty();
    }
    return Optional.of(
        switch (event.getRuns()) {
          case ON_DEVICE -> ExitStatus.DONE;
          case ON_HOST -> ExitStatus.NOT_MOVED;
          case NOWHERE -> ExitStatus.RUNS_NOWHERE;
          case UNRECOGNIZED -> ExitStatus.IN_DOUBT;
          case RUNS_UNSPECIFIED ->
              event.getPhase() == Phase.SUCCEEDED ? ExitStatus.DONE : ExitStatus.NOT_MOVED;
        });
  }
}
