package io.godwit.checkpointer.work;

import io.godwit.service.Threads;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Wakes a migration's worker when something has come in for it. */
public final class Inbox {
  private final ConcurrentMap<String, Threads.Bell> bells = new ConcurrentHashMap<>();

  private final ConcurrentMap<String, Integer> rounds = new ConcurrentHashMap<>();

  private final Threads threads;

  public Inbox(Threads threads) {
    this.threads = threads;
  }

  /** The device says that it has a round of the memory that goes ahead. */
  public void held(String migrationId, int round) {
    rounds.merge(migrationId, round, Math::max);
    wake(migrationId);
  }

  /** The last round that the device has said it has; 0 before the first. */
  int heldRound(String migrationId) {
    return rounds.getOrDefault(migrationId, 0);
  }

  /** Something has come in. */
  public void wake(String migrationId) {
    bell(migrationId).ring();
  }

  /** Waits until something comes in, or has come in since the last time, or the time is over. */
  void await(String migrationId, Duration atMost) throws InterruptedException {
    bell(migrationId).await(atMost);
  }

  void forget(String migrationId) {
    bells.remove(migrationId);
    rounds.remove(migrationId);
  }

  private Threads.Bell bell(String migrationId) {
    return bells.computeIfAbsent(migrationId, _ -> threads.bell());
  }
}
