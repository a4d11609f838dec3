package io.godwit.messaging;

import com.google.protobuf.MessageLite;

/** Publishes records. Safe for use by several threads. */
public interface Publisher extends AutoCloseable {
  /**
   * Publishes and waits until every in-sync replica has the record.
   *
   * @throws MessagingException when the broker does not take it in time
   */
  void publish(Topic topic, String key, MessageLite value);

  @Override
  void close();
}
