package io.godwit.messaging;

import io.godwit.service.Liveness;
import io.godwit.service.ServiceExit;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the records of one topic to a handler, one after the other.
 *
 * <p>The handler works on a thread of its own while this one goes on polling with every partition
 * paused, so the group never takes a long handler for a dead one. An offset is committed after its
 * handler returned. A record that is somebody else's is skipped; skipped records are committed
 * together, now and then.
 *
 * <p>When a partition is taken away, shared work on it is dropped: its handler is interrupted and
 * nothing is committed. A member that reads alone keeps its work instead, because the record would
 * come back to it: it finishes, and commits when it has the partition again.
 */
public final class Subscription implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Subscription.class);
  private static final Duration AFTER_AN_ERROR = Duration.ofSeconds(2);
  private static final Duration STOP = Duration.ofSeconds(30);
  private static final Duration SKIPPED_COMMIT_PAUSE = Duration.ofSeconds(5);
  private static final int SKIPPED_COMMIT_COUNT = 1000;

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final boolean alone;
  private final Predicate<String> keys;
  private final Function<ConsumerRecord<byte[], byte[]>, Work> works;
  private final HandlerMeters meters;
  private final Liveness.Worker polling;
  private final Liveness.Worker handling;
  private final Clock clock;
  private final Thread thread;
  private volatile boolean closing;

  // Of the polling thread alone.
  private Optional<Work> current = Optional.empty();
  private int skipped;
  private long committedMs;

  Subscription(
      Consumer<byte[], byte[]> consumer,
      String topic,
      boolean alone,
      Predicate<String> keys,
      Function<ConsumerRecord<byte[], byte[]>, Work> works,
      HandlerMeters meters,
      Liveness.Worker polling,
      Liveness.Worker handling,
      Clock clock) {
    this.consumer = consumer;
    this.topic = topic;
    this.alone = alone;
    this.keys = keys;
    this.works = works;
    this.meters = meters;
    this.polling = polling;
    this.handling = handling;
    this.clock = clock;
    this.thread = Thread.ofPlatform().name(topic + "-poll").unstarted(this::run);
  }

  void start() {
    polling.progress();
    thread.start();
  }

  /**
   * Interrupts the handler, waits for it (at most 30 s), commits if it returned, and leaves. A
   * record whose handler was interrupted is handled again after the next start.
   */
  @Override
  public void close() {
    closing = true;
    consumer.wakeup();
    try {
      thread.join(STOP.multipliedBy(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    polling.close();
    handling.close();
  }

  private void run() {
    try (AutoCloseable _ = alone ? KafkaClients.leaving(consumer) : consumer) {
      consumer.subscribe(List.of(topic), new Rebalance());
      while (!closing) {
        step();
      }
      finish();
    } catch (FencedInstanceIdException e) {
      current.ifPresent(Work::abandon);
      polling.stuck(
          ServiceExit.NAME_TAKEN,
          "reading "
              + topic
              + " stopped: another process has taken this machine's name. Give each machine its own.");
    } catch (Throwable e) {
      LOG.error("reading {} stopped", topic, e);
      current.ifPresent(Work::abandon);
      polling.stuck("reading " + topic + " stopped: " + e);
    }
  }

  private void step() throws InterruptedException {
    try {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(KafkaClients.QUIET)) {
        take(record);
      }
      settle();
      commitSkipped();
      meters.lag().set(lag());
      polling.progress();
    } catch (WakeupException e) {
      // A handler came back, or close was called: the loop looks at both.
      LOG.trace("{} woken up", topic);
    } catch (FencedInstanceIdException e) {
      throw e;
    } catch (KafkaException e) {
      LOG.warn("{}: Kafka failed; going on in {} s", topic, AFTER_AN_ERROR.toSeconds(), e);
      Thread.sleep(AFTER_AN_ERROR);
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (!keys.test(Bytes.text(record.key()))) {
      skipped++;
      meters.skipped().increment();
      return;
    }
    consumer.pause(consumer.assignment());
    Work work = works.apply(record);
    current = Optional.of(work);
    handling.progress();
    work.start();
  }

  /** Commits the work that is over and goes on to the next record. */
  private void settle() {
    if (current.isEmpty() || current.get().outcome() == Work.Outcome.RUNNING) {
      return;
    }
    Work work = current.get();
    boolean ours = consumer.assignment().contains(work.partition());
    if (work.outcome() == Work.Outcome.DONE && (closing || !work.isAbandoned())) {
      if (!ours) {
        // Only a member that reads alone comes here; the partition comes back to it.
        return;
      }
      if (consumer.position(work.partition()) <= work.offset()) {
        consumer.seek(work.partition(), work.offset() + 1);
      }
      commit();
    } else {
      if (!closing) {
        meters.dropped().increment();
      }
      if (ours && consumer.position(work.partition()) > work.offset()) {
        // Or the next commit of all positions would pass the record by.
        consumer.seek(work.partition(), work.offset());
      }
    }
    current = Optional.empty();
    handling.idle();
    consumer.resume(consumer.paused());
  }

  private void commitSkipped() {
    boolean due =
        skipped >= SKIPPED_COMMIT_COUNT
            || clock.millis() - committedMs >= SKIPPED_COMMIT_PAUSE.toMillis();
    if (skipped > 0 && due && current.isEmpty()) {
      commit();
    }
  }

  /** All positions: only while no record is at work, so each stands behind what is done with. */
  private void commit() {
    consumer.commitSync();
    skipped = 0;
    committedMs = clock.millis();
  }

  private long lag() {
    return consumer.assignment().stream()
        .mapToLong(partition -> consumer.currentLag(partition).orElse(0))
        .sum();
  }

  private void finish() throws InterruptedException {
    if (current.isPresent()) {
      Work work = current.get();
      work.abandon();
      work.join(STOP);
      if (work.outcome() == Work.Outcome.RUNNING) {
        LOG.warn("{} does not stop; its handler is left behind", work);
        return;
      }
    }
    // The handler's own wake-up may still be pending; it must not keep the commit from happening.
    for (int i = 0; i < 2; i++) {
      try {
        settle();
        if (skipped > 0 && current.isEmpty()) {
          commit();
        }
        return;
      } catch (WakeupException e) {
        LOG.trace("{} woken up while stopping", topic);
      } catch (KafkaException e) {
        LOG.warn("{}: the last offset is not committed; its record comes again", topic, e);
        return;
      }
    }
  }

  /** On the polling thread, within poll. */
  private final class Rebalance implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      if (current.isPresent()) {
        consumer.pause(consumer.assignment());
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      drop(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      drop(partitions);
    }

    private void drop(Collection<TopicPartition> partitions) {
      if (alone || closing) {
        return;
      }
      current
          .filter(work -> partitions.contains(work.partition()))
          .ifPresent(work -> {
            LOG.warn("{} is dropped: its partition goes to another member", work);
            work.abandon();
          });
    }
  }
}
