package io.godwit.checkpointer.work;

import io.godwit.checkpointer.freeze.SourceControl;
import io.godwit.checkpointer.freeze.Waiting;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Migration.Touched;
import io.godwit.service.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a frozen source go on, whatever hangs: journal, Engine or firewall. Only for one that nobody
 * may claim, or claim any more.
 *
 * <p>That it goes on is noted before it does, because from then on its dump is history. A disk that
 * is full or hangs is waited for only so long, though; then it goes on, and the note is written
 * when it can be. Should this service be killed in between, who comes after it finds the source
 * running, and leaves it so. Only one that has come to its own end by then is taken for one whose
 * frozen processes are gone.
 */
final class GoingOn {
  private static final Logger LOG = LoggerFactory.getLogger(GoingOn.class);

  /** Disks force a journal's entry in 5 to 50 ms, a firewall is told in as many. */
  private static final Duration DISK = Duration.ofMillis(100);

  private static final Duration NETWORK = Duration.ofMillis(50);

  private final SourceControl control;
  private final Threads threads;
  private final AtLast atLast;

  GoingOn(SourceControl control, Waiting waiting) {
    this.control = control;
    this.threads = waiting.threads();
    this.atLast = new AtLast(waiting.sleeper());
  }

  /**
   * What came of it.
   *
   * @param wentOn false where nothing was there any more that could have gone on; the dump is what
   *     there is of it then
   * @param note to be waited for before the migration is written again; empty where nothing went on
   *     that was to be noted
   */
  record Let(boolean wentOn, Optional<Beside<Migration>> note) {
    /** What was noted, as soon as it is. */
    Optional<Migration> noted() throws InterruptedException {
      return note.isPresent() ? Optional.of(note.get().get()) : Optional.empty();
    }
  }

  /** Whether it stands frozen, by the kernel's word; where the kernel does not say, it need not. */
  boolean isHeld(Touched touched) {
    try {
      return control.holds(touched.source().containerId(), touched.standstill().identity());
    } catch (IOException e) {
      LOG.warn("whether the source stands is not known", e);
      return false;
    }
  }

  /**
   * Lets it go on. Who is interrupted leaves it to who comes next.
   *
   * @param note journals that it does; tried until it is written
   */
  Let let(Touched touched, Supplier<Migration> note) throws InterruptedException {
    String id = touched.source().containerId();
    // Where nothing stands, the dump may be all there is of it.
    Optional<Beside<Migration>> noting =
        isHeld(touched) ? Optional.of(noting(id, note)) : Optional.empty();
    try {
      Optional<Beside<Boolean>> network =
          touched.standstill().networkHeld()
              ? Optional.of(Beside.begin(threads, "network-" + id, () -> released(id)))
              : Optional.empty();
      if (noting.isPresent() && !noting.get().isOver(DISK)) {
        LOG.warn("the journal takes its time; the source goes on before it says so");
      }
      if (network.isPresent() && !network.get().isOver(NETWORK)) {
        LOG.warn("the source goes on before its network is let go");
      }
      boolean wentOn = thawed(id);
      if (network.isPresent()) {
        network.get().get();
      }
      if (wentOn && noting.isEmpty()) {
        noting = Optional.of(noting(id, note));
      }
      return new Let(wentOn, noting);
    } catch (InterruptedException e) {
      noting.ifPresent(Beside::takeBack);
      throw e;
    }
  }

  private Beside<Migration> noting(String id, Supplier<Migration> note) {
    return Beside.begin(threads, "note-" + id, () -> atLast.enter(note));
  }

  private boolean thawed(String id) throws InterruptedException {
    try {
      return control.thaw(id);
    } catch (IOException e) {
      LOG.warn("the source is not known to have been thawed yet; trying on", e);
      return true;
    }
  }

  /** What does not work is done again when the Engine is asked for the rest. */
  private boolean released(String id) {
    try {
      control.releaseNetwork(id);
      return true;
    } catch (IOException e) {
      LOG.warn("the source's network is not let go yet; trying on", e);
      return false;
    }
  }
}
