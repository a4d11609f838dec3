package io.godwit.checkpointer.migration;

import io.godwit.contract.Checkpoint;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.PhaseTime;
import io.godwit.contract.Preparation;
import io.godwit.contract.Template;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All that is known of one migration. Immutable; {@link Gate} makes the next one.
 *
 * @param expiresAt when an Abort is written; empty until the work begins
 * @param source empty until preflight has passed
 * @param preparation empty until everything that goes ahead is uploaded
 * @param template empty until the device has rehearsed
 * @param checkpoint empty until everything is uploaded
 * @param claimedAt when a Claim was first seen
 * @param settled whether nothing is left to do
 */
public record Migration(
    MigrationRequest request,
    State state,
    List<HistoryLine> history,
    Optional<Instant> expiresAt,
    Optional<Source> source,
    Optional<Preparation> preparation,
    Optional<Template> template,
    Touch touch,
    Optional<Checkpoint> checkpoint,
    List<PhaseTime> phases,
    Optional<Instant> claimedAt,
    boolean settled) {
  public Migration {
    history = List.copyOf(history);
    phases = List.copyOf(phases);
  }

  /** A migration that was just accepted. */
  public static Migration accepted(MigrationRequest request, Instant now) {
    String message =
        "%s to move container %s from %s to %s"
            .formatted(
                request.getRequestedBy().isEmpty() ? "asked" : request.getRequestedBy() + " asked",
                request.getContainer(),
                request.getHost(),
                request.getDevice());
    return new Migration(
        request,
        State.PENDING,
        List.of(new HistoryLine(State.PENDING, now, message)),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Touch.NONE,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        false);
  }

  /** The migration's UUID in its canonical form. */
  public String id() {
    return request.getMigrationId();
  }

  /**
   * The source, which every state after Preflight has.
   *
   * @throws IllegalStateException before
   */
  public Source knownSource() {
    return source.orElseThrow(
        () -> new IllegalStateException("migration " + id() + " has not passed preflight"));
  }

  public Migration withExpiry(Instant at) {
    return new Migration(
        request,
        state,
        history,
        Optional.of(at),
        source,
        preparation,
        template,
        touch,
        checkpoint,
        phases,
        claimedAt,
        settled);
  }

  public Migration withSource(Source found) {
    return new Migration(
        request,
        state,
        history,
        expiresAt,
        Optional.of(found),
        preparation,
        template,
        touch,
        checkpoint,
        phases,
        claimedAt,
        settled);
  }

  public Migration withPreparation(Preparation sent) {
    return new Migration(
        request,
        state,
        history,
        expiresAt,
        source,
        Optional.of(sent),
        template,
        touch,
        checkpoint,
        phases,
        claimedAt,
        settled);
  }

  public Migration withTemplate(Template rehearsed) {
    return new Migration(
        request,
        state,
        history,
        expiresAt,
        source,
        preparation,
        Optional.of(rehearsed),
        touch,
        checkpoint,
        phases,
        claimedAt,
        settled);
  }

  public Migration withTouch(Touch now) {
    return new Migration(
        request,
        state,
        history,
        expiresAt,
        source,
        preparation,
        template,
        now,
        checkpoint,
        phases,
        claimedAt,
        settled);
  }

  public Migration withCheckpoint(Checkpoint made) {
    return new Migration(
        request,
        state,
        history,
        expiresAt,
        source,
        preparation,
        template,
        touch,
        Optional.of(made),
        phases,
        claimedAt,
        settled);
  }

  /** With one more phase, or with that phase's newest times where it was gone through before. */
  public Migration withPhase(PhaseTime phase) {
    List<PhaseTime> all = new ArrayList<>(phases);
    all.removeIf(known -> known.getPhase().equals(phase.getPhase()));
    all.add(phase);
    return new Migration(
        request,
        state,
        history,
        expiresAt,
        source,
        preparation,
        template,
        touch,
        checkpoint,
        all,
        claimedAt,
        settled);
  }

  public Migration withClaimSeen(Instant at) {
    return new Migration(
        request,
        state,
        history,
        expiresAt,
        source,
        preparation,
        template,
        touch,
        checkpoint,
        phases,
        Optional.of(at),
        settled);
  }

  Migration in(State next, Instant at, String message) {
    List<HistoryLine> longer = new ArrayList<>(history);
    longer.add(new HistoryLine(next, at, message));
    return new Migration(
        request,
        next,
        longer,
        expiresAt,
        source,
        preparation,
        template,
        touch,
        checkpoint,
        phases,
        claimedAt,
        settled);
  }

  Migration asSettled() {
    return new Migration(
        request,
        state,
        history,
        expiresAt,
        source,
        preparation,
        template,
        touch,
        checkpoint,
        phases,
        claimedAt,
        true);
  }
}
