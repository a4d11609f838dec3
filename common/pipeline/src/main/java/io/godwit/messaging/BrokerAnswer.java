package io.godwit.messaging;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaFuture;

/**
 * Waits for what was asked of the brokers, which answer or fail within the admin client's time.
 *
 * @param brokers where they are, for messages
 * @param about what is asked for, for messages
 */
record BrokerAnswer(String brokers, String about) {
  /**
   * The answer.
   *
   * @param not what they did not do where they fail: "did not list its topics"
   * @throws MessagingException when they fail, or this thread is interrupted
   */
  <T> T to(KafkaFuture<T> asked, String not) {
    try {
      return asked.get();
    } catch (ExecutionException e) {
      throw failed(not, e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  MessagingException failed(String not, ExecutionException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return new MessagingException("Kafka at %s %s: %s".formatted(brokers, not, cause), cause);
  }

  MessagingException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new MessagingException("interrupted while asking for " + about, e);
  }
}
