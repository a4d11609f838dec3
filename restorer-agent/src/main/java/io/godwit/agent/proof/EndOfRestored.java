package io.godwit.agent.proof;

import io.godwit.agent.state.Boot;
import io.godwit.docker.Container;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What it means that a restored process has ended before the outcome was told. The source stands
 * frozen and whole: told "failed", it goes on from where it was frozen; told "succeeded", it is
 * ended for good. So there are two ways to do harm. A program that came to its own end here and
 * goes on at the source does its last work twice. A program that was killed here and is ended at
 * the source is lost with its memory.
 *
 * <ul>
 *   <li>Whoever exits has ended by itself, with whatever code: that is its end, and it is not
 *       restored elsewhere. An exit code tells the one who started it something, not us: a broken
 *       conversion does not end so, it dies of a signal.
 *   <li>Whoever dies of a fault (SIGSEGV and the like) has ended by itself too, and would at the
 *       source. But where the move changed what it runs on, and it died within its first moments,
 *       wrong registers or memory, or a missing CPU feature, are the likelier cause, and the source
 *       still has it right: failed. Later than that it has worked here, and the end is its own.
 *   <li>Whoever dies of another signal was killed from outside: nothing in a PID namespace can kill
 *       its first process (pid_namespaces(7)), so it was the Engine as it stopped, the kernel for
 *       want of memory, or a person. It has not come to its end, and the source is all that is left
 *       of it: failed. What it did here meanwhile it may do again, which is less than its memory.
 *   <li>Where the machine was started anew meanwhile, it ended by itself only if the Engine had
 *       noted an exit before that. The same goes for 255, which Engines note where they do not
 *       know.
 * </ul>
 */
public final class EndOfRestored {
  /** A process whose registers or memory are wrong does not last. */
  private static final Duration FIRST_MOMENTS = Duration.ofSeconds(10);

  private static final int KILLED = 128;
  private static final int LAST_SIGNAL = 64;
  private static final int UNKNOWN = 255;

  /** SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS (uapi/asm-generic/signal.h). */
  private static final Set<Integer> FAULTS = Set.of(4, 5, 6, 7, 8, 11, 31);

  private EndOfRestored() {}

  /**
   * An end.
   *
   * @param exitCode as the Engine has it: 128 and the signal where one killed it
   * @param outOfMemory whether the kernel killed it for want of memory
   * @param started when the Engine had it running
   * @param finished when the Engine noticed its end
   */
  public record End(int exitCode, boolean outOfMemory, Instant started, Instant finished) {
    /** That of a container; empty where the Engine knows no start of it. */
    public static Optional<End> of(Container.State state) {
      return state
          .started()
          .map(started ->
              new End(
                  state.exitCode(),
                  state.outOfMemory(),
                  started,
                  state.finished().orElse(started)));
    }
  }

  /**
   * Why an end counts as a failure of the move; empty where the program came to its own end.
   *
   * @param changed whether the move changed what the program runs on: another ISA, other CPU
   *     features
   * @param anew the present run of the machine, where it is another than that of the restore
   */
  public static Optional<String> failure(End end, boolean changed, Optional<Boot> anew) {
    int code = end.exitCode();
    if (anew.isPresent() && !end.finished().isBefore(anew.get().since())) {
      return Optional.of("The machine was started anew while it ran.");
    }
    if (end.outOfMemory()) {
      return Optional.of("The kernel killed it for want of memory.");
    }
    if (code == UNKNOWN) {
      return Optional.of("It has ended, and the Engine does not know how.");
    }
    if (code <= KILLED || code > KILLED + LAST_SIGNAL) {
      return Optional.empty();
    }
    int signal = code - KILLED;
    if (!FAULTS.contains(signal)) {
      return Optional.of("It was killed from outside, by signal %d.".formatted(signal));
    }
    boolean atOnce = Duration.between(end.started(), end.finished()).compareTo(FIRST_MOMENTS) <= 0;
    return changed && atOnce
        ? Optional.of("The restored process ended at once, of signal %d.".formatted(signal))
        : Optional.empty();
  }
}
