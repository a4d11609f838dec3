package io.godwit.agent.restore;

import io.godwit.agent.state.MigrationId;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One thread at a time for each migration; those of different migrations do not wait for each
 * other. Nothing is kept of a migration that nobody has, or waits for, a turn of.
 */
final class Turns {
  private final Map<MigrationId, Turn> taken = new HashMap<>();

  /** A migration's lock, there from the first that takes it until the last has given it back. */
  private static final class Turn {
    private final ReentrantLock lock = new ReentrantLock();

    /** How many threads have it or wait for it; at least 1 while it is in the map. */
    private int users;
  }

  /** A turn that was taken; closing gives it back. */
  @FunctionalInterface
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /** Waits for a migration's turn, also while this thread is interrupted. */
  Held take(MigrationId id) {
    Turn turn = enter(id);
    turn.lock.lock();
    return () -> {
      turn.lock.unlock();
      leave(id, turn);
    };
  }

  /** How many migrations have a turn taken. */
  synchronized int count() {
    return taken.size();
  }

  private synchronized Turn enter(MigrationId id) {
    Turn turn = taken.computeIfAbsent(id, _ -> new Turn());
    turn.users++;
    return turn;
  }

  private synchronized void leave(MigrationId id, Turn turn) {
    turn.users--;
    if (turn.users == 0) {
      taken.remove(id);
    }
  }
}
