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
  private String topic = "log";

  /** Something that comes to pass just before a record stands, or instead of it. */
  synchronized void before(Consumer<Decision> event) {
    before = event;
  }

  /** The topic is made anew, and empty. */
  synchronized void forget() {
    decisions.clear();
    topic = "log made anew";
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
  public synchronized LogPosition end() {
    return new LogPosition(topic, 0);
  }

  @Override
  public synchronized boolean reachesBackTo(LogPosition position) {
    return position.topicId().equals(topic);
  }

  @Override
  public void close() {}
}
