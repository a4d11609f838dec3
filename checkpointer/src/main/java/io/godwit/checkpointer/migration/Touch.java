package io.godwit.checkpointer.migration;

import java.time.Instant;
import java.util.Optional;

/**
 * What was, or may have been, done to the source container and has to be undone when it does not
 * move. Each is journaled before it is done.
 *
 * @param restartPolicy the restart policy it had, as the Engine's JSON; empty while untouched
 * @param askedToPark whether processes may have been asked to park
 * @param checkpoint the name of the dump that may have been made
 * @param dumped whether that dump is complete and the container stopped
 * @param frozenAt when the container stood still
 * @param identity what tells the dumped first process from one that was started anew
 * @param restartTried whether it was tried to start the source from its checkpoint
 */
public record Touch(
    Optional<String> restartPolicy,
    boolean askedToPark,
    Optional<String> checkpoint,
    boolean dumped,
    Optional<Instant> frozenAt,
    Optional<String> identity,
    boolean restartTried) {
  /** Nothing was done. */
  public static final Touch NONE =
      new Touch(
          Optional.empty(),
          false,
          Optional.empty(),
          false,
          Optional.empty(),
          Optional.empty(),
          false);

  /** Whether there is nothing to undo. */
  public boolean isNone() {
    return restartPolicy.isEmpty() && !askedToPark && checkpoint.isEmpty();
  }

  public Touch withRestartPolicy(String policy) {
    return new Touch(
        Optional.of(policy), askedToPark, checkpoint, dumped, frozenAt, identity, restartTried);
  }

  public Touch withAskedToPark() {
    return new Touch(restartPolicy, true, checkpoint, dumped, frozenAt, identity, restartTried);
  }

  /** A dump is about to be made of a container that stands still since then. */
  public Touch withCheckpoint(String name, Instant since, String who) {
    return new Touch(
        restartPolicy,
        askedToPark,
        Optional.of(name),
        false,
        Optional.of(since),
        Optional.of(who),
        restartTried);
  }

  /** Everything is undone; when the container stood still is still known. */
  public Touch undone() {
    return new Touch(
        Optional.empty(), false, Optional.empty(), false, frozenAt, Optional.empty(), false);
  }

  /** The Engine refused to dump and the container runs. */
  public Touch withoutCheckpoint() {
    return new Touch(
        restartPolicy,
        askedToPark,
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty(),
        restartTried);
  }

  public Touch withDumped() {
    return new Touch(
        restartPolicy, askedToPark, checkpoint, true, frozenAt, identity, restartTried);
  }

  public Touch withRestartTried() {
    return new Touch(restartPolicy, askedToPark, checkpoint, dumped, frozenAt, identity, true);
  }
}
