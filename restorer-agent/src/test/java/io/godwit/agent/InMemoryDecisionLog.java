package io.godwit.agent;

import io.godwit.contract.Decision;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.LogPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One order for everybody, as in the topic. */
final class InMemoryDecisionLog implements DecisionLog {
  private final List<Decision> decisions = new ArrayList<>();
  private Consumer<Decision> before = _ -> {};

  /** Something that comes to pass just before a record stands, or instead of it. */
  synchronized void before(Consumer<Decision> event) {
    before = event;
  }

  /** Another's record. */
  synchronized void write(Decision decision) {
    decisions.add(decision);
  }

  @Override
  public List<Decision> append(Decision decision) {
    before.accept(decision);
    synchronized (this) {
      decisions.add(decision);
    }
    return read(decision.getMigrationId());
  }

  @Override
  public synchronized List<Decision> read(String migrationId) {
    return decisions.stream().filter(d -> d.getMigrationId().equals(migrationId)).toList();
  }

  @Override
  public List<Decision> await(String migrationId, int known, Duration atMost) {
    return read(migrationId);
  }

  @Override
  public LogPosition end() {
    return new LogPosition("log", 0);
  }

  @Override
  public boolean reachesBackTo(LogPosition position) {
    return true;
  }

  @Override
  public void close() {}
}
