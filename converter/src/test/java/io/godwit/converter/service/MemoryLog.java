package io.godwit.converter.service;

import com.google.protobuf.MessageLite;
import io.godwit.contract.Decision;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.LogPosition;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The decision log and every other topic, in memory. */
final class MemoryLog implements DecisionLog, Publisher {
  private final List<Decision> decisions = new ArrayList<>();
  private final List<Published> published = new ArrayList<>();

  record Published(Topic topic, String key, MessageLite value) {}

  synchronized List<MessageLite> on(Topic topic) {
    return published.stream()
        .filter(record -> record.topic() == topic)
        .map(Published::value)
        .toList();
  }

  synchronized List<String> keys(Topic topic) {
    return published.stream()
        .filter(record -> record.topic() == topic)
        .map(Published::key)
        .toList();
  }

  @Override
  public synchronized List<Decision> append(Decision decision) {
    decisions.add(decision);
    return read(decision.getMigrationId());
  }

  @Override
  public synchronized List<Decision> read(String migrationId) {
    return decisions.stream()
        .filter(decision -> decision.getMigrationId().equals(migrationId))
        .toList();
  }

  @Override
  public List<Decision> await(String migrationId, int known, Duration atMost) {
    return read(migrationId);
  }

  @Override
  public synchronized void publish(Topic topic, String key, MessageLite value) {
    published.add(new Published(topic, key, value));
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
  public void close() {
    // Nothing is held.
  }
}
