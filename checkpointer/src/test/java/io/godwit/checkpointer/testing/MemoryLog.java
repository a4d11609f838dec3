package io.godwit.checkpointer.testing;

import io.godwit.contract.Decision;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.LogPosition;
import io.godwit.messaging.Sleeper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A log with one order for everybody; survives the service that writes to it. */
public final class MemoryLog implements DecisionLog {
  private static final Duration GLANCE = Duration.ofMillis(50);

  private final List<Decision> records = new ArrayList<>();
  private final Sleeper sleeper;
  private int topic;

  /**
   * @param sleeper lets the waiting time pass
   */
  public MemoryLog(Sleeper sleeper) {
    this.sleeper = sleeper;
  }

  @Override
  public synchronized List<Decision> append(Decision decision) {
    records.add(decision);
    return read(decision.getMigrationId());
  }

  @Override
  public synchronized List<Decision> read(String migrationId) {
    return records.stream().filter(d -> d.getMigrationId().equals(migrationId)).toList();
  }

  @Override
  public List<Decision> await(String migrationId, int known, Duration atMost)
      throws InterruptedException {
    Duration waited = Duration.ZERO;
    while (read(migrationId).size() <= known && waited.compareTo(atMost) < 0) {
      sleeper.sleep(GLANCE);
      waited = waited.plus(GLANCE);
    }
    return read(migrationId);
  }

  /** The topic is made anew. */
  public synchronized void forget() {
    records.clear();
    topic++;
  }

  @Override
  public synchronized LogPosition end() {
    return new LogPosition("log-" + topic, records.size());
  }

  @Override
  public synchronized boolean reachesBackTo(LogPosition position) {
    return position.topicId().equals("log-" + topic);
  }

  @Override
  public void close() {}
}
