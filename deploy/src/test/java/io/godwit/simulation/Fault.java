package io.godwit.simulation;

/**
 * One thing that goes wrong.
 *
 * @param kind what
 * @param scope what is counted: an actor's steps, calls of one sort, or the whole world's steps
 * @param nth it strikes at this one, from 1
 * @param target the machine or actor that it strikes; empty where the scope says it
 * @param ms how long it lasts, or how far a clock is stepped
 */
record Fault(Kind kind, String scope, int nth, String target, long ms) {
  /** Everything that happens in the world. */
  static final String WORLD = "world";

  /** What can go wrong. */
  enum Kind {
    /** kill -9; started again after a while. */
    KILL,
    /** SIGSTOP, and SIGCONT after a while. */
    STOP,
    /** The power of a machine is cut, and comes back. */
    REBOOT,
    /**
     * A machine, or what it runs, is off for so long that the decision log has forgotten meanwhile.
     */
    OFF_TOO_LONG,
    /** The Engine starts again, and containers end with it. */
    ENGINE_RESTART,
    /** The Engine starts again with live-restore. */
    ENGINE_RESTART_LIVE,
    ENGINE_AWAY,
    /** A call is answered with 500 and not done. */
    CALL_REFUSED,
    /** A call is answered with 500 although it is done. */
    CALL_REFUSED_BUT_DONE,
    /** A call has no answer and is not done. */
    CALL_LOST,
    /** A call has no answer and is done. */
    CALL_LOST_BUT_DONE,
    CALL_HANGS,
    DUMP_REFUSED,
    DUMP_HANGS,
    RESTORE_REFUSED,
    /** The Engine starts from the beginning without an error when asked to restore. */
    FRESH_START,
    BROKER_AWAY,
    /** The record stands, and its writer is told that it failed. */
    ACK_LOST,
    WRITTEN_TWICE,
    DELIVERED_LATE,
    DELIVERED_TWICE,
    /** Another of the same group gets a record that is being handled. */
    REBALANCE,
    LOG_MADE_ANEW,
    LOG_CUT_OFF,
    STORE_AWAY,
    STORE_REFUSES,
    BLOB_MISSING,
    OUT_OF_MEMORY,
    DISK_FULL,
    CLOCK_STEP,
    ABORT,
    /** The operator says that it ran on the host, or on the device, whatever is so. */
    RESOLVE,
    PROGRAM_ENDS,
    REQUEST_AGAIN,
    /** Somebody gives a new migration an id that was used. */
    ID_REUSED,
  }

  @Override
  public String toString() {
    return "%s%s at %s #%d%s"
        .formatted(
            kind,
            target.isEmpty() ? "" : " " + target,
            scope,
            nth,
            ms == 0 ? "" : ", " + ms + " ms");
  }
}
