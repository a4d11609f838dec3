package io.godwit.messaging;

import com.google.protobuf.MessageLite;

/** Publishes records. Safe for use by several threads. */
public interface Publisher extends AutoCloseable {
  /**
   * Publishes and waits until every in-sync replica has the record. To a device's own topic where
   * it has one: the key is its name then.
   *
   * @throws MessagingException when the broker does not take it in time
   */
  void publish(Topic topic, String key, MessageLite value);

  @Override
  void close();
}
