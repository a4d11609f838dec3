package io.godwit.agent.ready;

import io.godwit.agent.hold.PendingStart;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.MigrationId;
import io.godwit.contract.Attempt;
import io.godwit.docker.Container;
import io.godwit.docker.ContainerSpec;
import java.nio.file.Path;

/**
 * A container that waits for its images.
 *
 * @param entry the journal's note of it
 * @param spec as which it was asked for
 * @param made as it was before it was started; the Engine answers no question about it now
 * @param mount where its files are mounted
 */
public record Waiting(
    Journal.Entry entry, ContainerSpec spec, Container made, Path mount, PendingStart start) {
  MigrationId id() {
    return entry.id();
  }

  /** Whether it is for this attempt, as it is asked for now, and waits still. */
  boolean fits(Attempt attempt, ContainerSpec asked) {
    return attempt.getWaiting().equals(entry.attempt().getWaiting())
        && asked.name().equals(spec.name())
        && asked.toJson().equals(spec.toJson())
        && start.waits();
  }
}
