package io.godwit.checkpointer.migration;

import java.util.stream.Collectors;

/**
 * A defect: somebody asked for a transition that the table does not have. Says all that led here.
 */
public final class IllegalTransitionException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  IllegalTransitionException(Migration migration, State to) {
    super(
        "migration %s cannot go from %s to %s%s; its history:%n%s"
            .formatted(
                migration.id(),
                migration.state(),
                to,
                migration.settled() ? ", it is settled" : "",
                migration.order().history().stream()
                    .map(line -> "  %s %s %s".formatted(line.at(), line.state(), line.message()))
                    .collect(Collectors.joining("\n"))));
  }
}
