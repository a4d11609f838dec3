package io.godwit.checkpointer.migration;

import java.time.Instant;
import java.util.Optional;

/**
 * What was, or may have been, done to the source container and has to be undone when it does not
 * move. Each is journaled before it is done.
 *
 * @param epoch counts the tries to freeze, from 1; names the attempt in the decision log
 * @param restartPolicy the restart policy it had, as the Engine's JSON; empty while untouched
 * @param askedToPark whether processes may have been asked to park
 * @param networkHeld whether its network may have been cut off
 * @param freeze empty until it is about to be frozen
 * @param dump empty until it is about to be dumped
 */
public record Standstill(
    int epoch,
    Optional<String> restartPolicy,
    boolean askedToPark,
    boolean networkHeld,
    Optional<Freeze> freeze,
    Optional<Dump> dump) {
  /**
   * It was, or may have been, frozen.
   *
   * @param at when
   * @param identity what tells its first process from one that was started anew
   * @param boot the run of the machine's kernel in which it was: what stood in an earlier one does
   *     not stand any more, and what was written in an earlier one and not forced may be lost
   */
  public record Freeze(Instant at, String identity, String boot) {}

  /**
   * A dump was, or may have been, made.
   *
   * @param checkpoint its name
   * @param complete whether it is known to be whole
   */
  public record Dump(String checkpoint, boolean complete) {}

  /** Nothing was done yet. */
  public static Standstill untouched(int epoch) {
    return new Standstill(
        epoch, Optional.empty(), false, false, Optional.empty(), Optional.empty());
  }

  /** Whether there is nothing to undo. */
  public boolean isUntouched() {
    return equals(untouched(epoch));
  }

  /** What tells the first process that was frozen from another; empty once it may have gone on. */
  public Optional<String> identity() {
    return freeze.map(Freeze::identity).filter(identity -> !identity.isEmpty());
  }

  /** Whether the source could be restored from what lies on this machine's disk. */
  public boolean hasDump() {
    return dump.filter(Dump::complete).isPresent();
  }

  public Standstill withRestartPolicy(String policy) {
    return new Standstill(epoch, Optional.of(policy), askedToPark, networkHeld, freeze, dump);
  }

  public Standstill withAskedToPark() {
    return new Standstill(epoch, restartPolicy, true, networkHeld, freeze, dump);
  }

  public Standstill withNetworkHeld() {
    return new Standstill(epoch, restartPolicy, askedToPark, true, freeze, dump);
  }

  public Standstill withFreeze(Freeze begun) {
    return new Standstill(epoch, restartPolicy, askedToPark, networkHeld, Optional.of(begun), dump);
  }

  /**
   * The source is about to be told to go on. From here on its dump is history: what runs on and
   * then comes to its own end, or becomes another program, must not be started again from it.
   */
  public Standstill goingOn() {
    return new Standstill(
        epoch,
        restartPolicy,
        askedToPark,
        networkHeld,
        freeze.map(begun -> new Freeze(begun.at(), "", begun.boot())),
        Optional.empty());
  }

  public Standstill withDump(Dump made) {
    return new Standstill(
        epoch, restartPolicy, askedToPark, networkHeld, freeze, Optional.of(made));
  }
}
