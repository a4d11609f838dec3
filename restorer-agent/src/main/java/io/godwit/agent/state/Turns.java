package io.godwit.agent.state;

import io.godwit.service.Threads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One thread at a time for each migration, in the order in which they came; those of different
 * migrations do not wait for each other. Nothing is kept of a migration that nobody has, or waits
 * for, a turn of.
 */
public final class Turns {
  private static final Duration GLANCE = Duration.ofMinutes(1);

  private final Threads threads;

  /** The bells of those who wait, by the migration whose turn is taken. */
  private final Map<MigrationId, Deque<Threads.Bell>> taken = new HashMap<>();

  public Turns(Threads threads) {
    this.threads = threads;
  }

  /** A turn that was taken; closing gives it back. Whoever has one must not take it again. */
  @FunctionalInterface
  public interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /** Waits for a migration's turn, also while this thread is interrupted. */
  public Held take(MigrationId id) {
    Optional<Threads.Bell> wait = enter(id);
    boolean interrupted = false;
    while (wait.isPresent()) {
      try {
        if (wait.get().await(GLANCE)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return () -> leave(id);
  }

  /** How many migrations have a turn taken. */
  synchronized int count() {
    return taken.size();
  }

  /** Takes the turn, or else gives the bell that rings when it is this one's. */
  private synchronized Optional<Threads.Bell> enter(MigrationId id) {
    Optional<Deque<Threads.Bell>> others = Optional.ofNullable(taken.get(id));
    if (others.isEmpty()) {
      taken.put(id, new ArrayDeque<>());
      return Optional.empty();
    }
    Threads.Bell bell = threads.bell();
    others.get().add(bell);
    return Optional.of(bell);
  }

  private synchronized void leave(MigrationId id) {
    Optional<Threads.Bell> next =
        Optional.ofNullable(taken.get(id)).flatMap(waiting -> Optional.ofNullable(waiting.poll()));
    if (next.isPresent()) {
      next.get().ring();
    } else {
      taken.remove(id);
    }
  }
}
