package io.godwit.agent.container;

import io.godwit.agent.container.Containers.Role;
import io.godwit.agent.state.MigrationId;
import io.godwit.contract.Attempt;
import java.util.Map;

/**
 * What a container of the agent's was made for. It stands in the container's labels, by which it is
 * found: people rename containers. One that was made for another attempt, or for another migration
 * that somebody gave the same id, was made for something else.
 *
 * @param id the migration
 * @param attempt which one; empty for a rehearsal, and for agents that knew no attempts
 */
public record Purpose(MigrationId id, Role role, String attempt) {
  /** A container with the probe. */
  public static Purpose rehearsal(MigrationId id) {
    return new Purpose(id, Role.REHEARSAL, "");
  }

  /** The container itself. */
  public static Purpose restore(MigrationId id, Attempt attempt) {
    return new Purpose(id, Role.RESTORED, words(attempt));
  }

  /**
   * An attempt as a label tells it. One of a rehearsal whose container waits has had its mark since
   * before it was known which attempt it would be: of one rehearsal only one is ever published.
   */
  public static String words(Attempt attempt) {
    if (!attempt.getWaiting().isEmpty()) {
      return attempt.getWaiting();
    }
    return attempt.equals(Attempt.getDefaultInstance())
        ? ""
        : attempt.getEpoch() + "-" + attempt.getCheckpointSha256();
  }

  Map<String, String> labels() {
    return Map.of(
        Containers.MIGRATION_LABEL,
        id.value(),
        Containers.ROLE_LABEL,
        role.label(),
        Containers.ATTEMPT_LABEL,
        attempt);
  }

  /** Whether a container with these labels was made for this. */
  boolean isOf(Map<String, String> labels) {
    // One without a label is as one with an empty one.
    return labels().entrySet().stream()
        .allMatch(label -> labels.getOrDefault(label.getKey(), "").equals(label.getValue()));
  }
}
