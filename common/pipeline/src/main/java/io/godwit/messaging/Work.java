package io.godwit.messaging;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * The handling of one record on its own thread: tries, pauses, and the dead letters in the end.
 *
 * <p>Abandoned work interrupts its handler. A handler that returns all the same has done its work;
 * one that throws then leaves the record to whoever gets it next.
 */
final class Work implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Work.class);

  /** What has become of a record. */
  enum Outcome {
    RUNNING,
    /** Handled, or safe with the dead letters: its offset may be committed. */
    DONE,
    /** To be handled again, here or elsewhere. */
    ABANDONED
  }

  private final ConsumerRecord<byte[], byte[]> record;
  private final RecordHandler handler;
  private final RetryPolicy retries;
  private final Sleeper sleeper;
  private final DeadLetters deadLetters;
  private final HandlerMeters meters;
  private final Runnable whenOver;
  private final Object interruption = new Object();
  private volatile boolean abandoned;
  private volatile Outcome outcome = Outcome.RUNNING;
  private boolean interruptible;
  private final Thread thread;

  /**
   * @param whenOver told, on the work's thread, once the outcome is known
   */
  Work(
      ConsumerRecord<byte[], byte[]> record,
      RecordHandler handler,
      RetryPolicy retries,
      Sleeper sleeper,
      DeadLetters deadLetters,
      HandlerMeters meters,
      Runnable whenOver) {
    this.record = record;
    this.handler = handler;
    this.retries = retries;
    this.sleeper = sleeper;
    this.deadLetters = deadLetters;
    this.meters = meters;
    this.whenOver = whenOver;
    this.thread = Thread.ofPlatform().name(record.topic() + "-handler").unstarted(this);
  }

  void start() {
    interruptible = true;
    thread.start();
  }

  TopicPartition partition() {
    return new TopicPartition(record.topic(), record.partition());
  }

  long offset() {
    return record.offset();
  }

  Outcome outcome() {
    return outcome;
  }

  boolean isAbandoned() {
    return abandoned;
  }

  /** Gives the record up and interrupts the handler. */
  void abandon() {
    abandoned = true;
    synchronized (interruption) {
      if (interruptible) {
        thread.interrupt();
      }
    }
  }

  /** Waits for the handler to come back, at most for this long. */
  void join(Duration atMost) throws InterruptedException {
    thread.join(atMost);
  }

  @Override
  public void run() {
    Outcome ended = Outcome.ABANDONED;
    Timer.Sample sample = Timer.start();
    try {
      ended = handle();
    } finally {
      sample.stop(meters.handling());
      MDC.clear();
      synchronized (interruption) {
        interruptible = false;
      }
      outcome = ended;
      whenOver.run();
    }
  }

  private Outcome handle() {
    Received received = Received.of(record);
    int failures = 0;
    while (true) {
      try {
        handler.handle(received);
        meters.handled().increment();
        return Outcome.DONE;
      } catch (PoisonException e) {
        return bury(received, e);
      } catch (Throwable e) {
        // Errors too: a handler that runs out of stack on one record must not stop all others.
        if (abandoned) {
          LOG.info("{} is given up: {}", this, e.toString());
          return Outcome.ABANDONED;
        }
        failures++;
        meters.failed().increment();
        if (failures >= retries.tries()) {
          return bury(received, e);
        }
        Duration pause = retries.pauseAfter(failures);
        LOG.warn(
            "{} failed, try {} of {}; again in {} ms",
            this,
            failures,
            retries.tries(),
            pause.toMillis(),
            e);
        if (!sleep(pause)) {
          return Outcome.ABANDONED;
        }
      }
    }
  }

  /**
   * Until the record is safe, and who waits for it has been told: what is neither handled nor
   * buried must not be committed.
   */
  private Outcome bury(Received received, Throwable cause) {
    LOG.error("{} goes to the dead letters: {}", this, DeadLetters.reason(cause), cause);
    int failures = 0;
    while (!abandoned) {
      try {
        handler.buried(received, cause);
        deadLetters.bury(record, cause);
        meters.dead().increment();
        return Outcome.DONE;
      } catch (Throwable e) {
        failures++;
        LOG.warn("{} cannot be put with the dead letters yet", this, e);
        if (!sleep(retries.pauseAfter(failures))) {
          return Outcome.ABANDONED;
        }
      }
    }
    return Outcome.ABANDONED;
  }

  private boolean sleep(Duration pause) {
    try {
      sleeper.sleep(pause);
      return !abandoned;
    } catch (InterruptedException e) {
      // Only abandon() interrupts this thread, and a handler's own stray interrupt ends here.
      return !abandoned;
    }
  }

  @Override
  public String toString() {
    return "%s-%d@%d".formatted(record.topic(), record.partition(), record.offset());
  }
}
