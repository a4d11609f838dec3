package io.godwit.messaging;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;

/** Where the thread of a tail and those who read what it has gathered meet. */
final class TailState {
  private final String topic;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Under the lock.
  private Optional<TailReading> reading = Optional.empty();
  private Optional<Throwable> death = Optional.empty();

  /**
   * @param topic for messages
   */
  TailState(String topic) {
    this.topic = topic;
  }

  /** Gathers, and then shows how far it was read; to those who read both are one moment. */
  void show(TailReading now, Runnable gathering) {
    lock.lock();
    try {
      gathering.run();
      reading = Optional.of(now);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What was gathered is of a topic that is not read any more: nobody is to see it. */
  void hide() {
    lock.lock();
    try {
      reading = Optional.empty();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing more comes. */
  void end(Throwable cause) {
    lock.lock();
    try {
      death = Optional.of(cause);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * What was read in the moment in which the condition held; empty when the time is over.
   *
   * @throws MessagingException when nothing more comes
   */
  <T> Optional<T> when(
      Predicate<TailReading> condition, Duration atMost, Function<TailReading, T> read)
      throws InterruptedException {
    long left = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      while (true) {
        if (death.isPresent()) {
          throw new MessagingException(
              "%s cannot be read any more: %s".formatted(topic, death.get()), death.get());
        }
        if (reading.filter(condition).isPresent()) {
          return reading.map(read);
        }
        if (left <= 0) {
          return Optional.empty();
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
