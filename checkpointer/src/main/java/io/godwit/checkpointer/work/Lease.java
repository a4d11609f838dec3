package io.godwit.checkpointer.work;

import io.godwit.checkpointer.freeze.Dumper;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Migration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The right to work on a container that is being brought to a stand. Whoever works asks it before
 * each thing that it does to the container; who watches takes it away when the budget is spent, and
 * thaws.
 */
final class Lease {
  private final Gate gate;
  private final Object writing = new Object();
  private volatile Migration.Freezing current;
  private volatile Optional<Dumper.Ready> dump = Optional.empty();
  private volatile boolean revoked;

  /** It was taken away: nothing more may be done to the container. */
  static final class RevokedException extends Exception {
    private static final long serialVersionUID = 1L;

    RevokedException() {
      super("the container may stand still no longer");
    }
  }

  Lease(Gate gate, Migration.Freezing begun) {
    this.gate = gate;
    this.current = begun;
  }

  /** As it was last noted: everything that may have been done to the container stands there. */
  Migration.Freezing current() {
    return current;
  }

  boolean isRevoked() {
    return revoked;
  }

  /** Journals what is about to be done, which may be done then. */
  Migration.Freezing note(Migration.Freezing next) throws RevokedException {
    synchronized (writing) {
      require();
      // Known to who watches before it is on the disk: a disk that hangs must not hide it.
      current = next;
      gate.note(next);
    }
    require();
    return next;
  }

  /** Everything is done: the container stands frozen and its checkpoint may be published. */
  Migration enter(Migration.Frozen next, String message) throws RevokedException {
    Migration entered;
    synchronized (writing) {
      require();
      entered = gate.enter(current, next, message);
    }
    require();
    return entered;
  }

  /**
   * Journals by who has taken the lease away: after what the other was still writing, and nothing
   * of the other's comes later.
   */
  Migration write(Supplier<Migration> last) {
    synchronized (writing) {
      return last.get();
    }
  }

  /** A dump is about to be made, which can be cancelled. */
  void dumps(Dumper.Ready ready) throws RevokedException {
    dump = Optional.of(ready);
    require();
  }

  /** Takes it away, and ends a dump that is under way. */
  void revoke() {
    revoked = true;
    dump.ifPresent(Dumper.Ready::cancel);
  }

  private void require() throws RevokedException {
    if (revoked) {
      throw new RevokedException();
    }
  }
}
