package io.godwit.checkpointer.testing;

import com.google.protobuf.MessageLite;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Keeps what was published and hands it to who listens. */
public final class MemoryPublisher implements Publisher {
  /** One record. */
  public record Published(Topic topic, String key, MessageLite value) {}

  private final List<Published> records = new CopyOnWriteArrayList<>();
  private final List<Consumer<Published>> listeners = new CopyOnWriteArrayList<>();

  public void listen(Consumer<Published> listener) {
    listeners.add(listener);
  }

  @Override
  public void publish(Topic topic, String key, MessageLite value) {
    Published record = new Published(topic, key, value);
    records.add(record);
    listeners.forEach(listener -> listener.accept(record));
  }

  /** The values published on a topic, in order. */
  public <T extends MessageLite> List<T> on(Topic topic, Class<T> type) {
    return records.stream()
        .filter(record -> record.topic() == topic)
        .map(record -> type.cast(record.value()))
        .toList();
  }

  @Override
  public void close() {}
}
