package io.godwit.checkpointer.work;

import io.godwit.contract.PagesHeld;
import io.godwit.service.Threads;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Wakes a migration's worker when something has come in for it. */
public final class Inbox {
  private final ConcurrentMap<String, Threads.Bell> bells = new ConcurrentHashMap<>();

  private final ConcurrentMap<String, PagesHeld> rounds = new ConcurrentHashMap<>();

  private final Threads threads;

  public Inbox(Threads threads) {
    this.threads = threads;
  }

  /** The device says that it has a round of the memory that goes ahead. */
  public void held(String migrationId, PagesHeld held) {
    rounds.merge(
        migrationId, held, (last, next) -> next.getRound() < last.getRound() ? last : next);
    wake(migrationId);
  }

  /** The last round that the device has said it has; number 0 before the first. */
  PagesHeld held(String migrationId) {
    return rounds.getOrDefault(migrationId, PagesHeld.getDefaultInstance());
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
