package io.godwit.agent;

import com.google.protobuf.MessageLite;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what is published. */
final class Collected implements Publisher {
  /** One record. */
  record Sent(Topic topic, String key, MessageLite value) {}

  final List<Sent> sent = new CopyOnWriteArrayList<>();

  @Override
  public void publish(Topic topic, String key, MessageLite value) {
    sent.add(new Sent(topic, key, value));
  }

  <T> List<T> of(Topic topic, Class<T> type) {
    return sent.stream().filter(s -> s.topic() == topic).map(s -> type.cast(s.value())).toList();
  }

  @Override
  public void close() {}
}
