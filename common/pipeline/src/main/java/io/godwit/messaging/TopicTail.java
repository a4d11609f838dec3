package io.godwit.messaging;

import io.godwit.service.Liveness;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a topic from its beginning and stays at its end, on a thread of its own. What its sink has
 * taken is read under the tail's lock.
 *
 * <p>A {@link TailReading} is of one topic, told by Kafka's id of it, and has no gap: when the
 * topic is made anew, or its retention passes by what was to be read next, the sink is emptied and
 * reading begins again. So what the sink holds is what one topic says from one offset on. While
 * that is not known readers get an exception, never what an earlier topic said.
 *
 * <p>A tail that cannot go on says so: to the service's {@link Liveness}, and to whoever reads.
 */
public final class TopicTail implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicTail.class);
  private static final Duration AFTER_AN_ERROR = Duration.ofSeconds(1);

  /** After that, what this process wrote may be in another topic of the name. */
  private static final Duration SOON = Duration.ofSeconds(1);

  /** How soon it is seen without a reader that a topic was made anew; readers ask by themselves. */
  private static final Duration BETWEEN_CHECKS = Duration.ofSeconds(5);

  /** Takes records, in order within a partition; called under the lock, so it must be quick. */
  public interface Sink {
    /** Takes one. */
    void take(ConsumerRecord<byte[], byte[]> record);

    /** Forgets all that it has taken: the topic is read from its beginning. */
    void clear();
  }

  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final TopicFacts facts;
  private final String topic;
  private final Sink sink;
  private final Liveness.Worker worker;
  private final Clock clock;
  private final Sleeper sleeper;
  private final TailState state;
  private final AtomicBoolean checkAsked = new AtomicBoolean();
  private final AtomicReference<Optional<Consumer<byte[], byte[]>>> polled =
      new AtomicReference<>(Optional.empty());
  private final Thread thread;
  private volatile boolean closing;

  /**
   * @param consumers each without a group, without an offset to fall back to, and this tail's to
   *     close: a topic that was made anew is read by a new one
   * @param facts this tail's to close
   */
  TopicTail(
      Supplier<Consumer<byte[], byte[]>> consumers,
      TopicFacts facts,
      String topic,
      Sink sink,
      Liveness.Worker worker,
      Clock clock,
      Sleeper sleeper) {
    this.consumers = consumers;
    this.facts = facts;
    this.topic = topic;
    this.sink = sink;
    this.worker = worker;
    this.clock = clock;
    this.sleeper = sleeper;
    this.state = new TailState(topic);
    this.thread = Thread.ofPlatform().daemon().name(topic + "-tail").unstarted(this::run);
  }

  void start() {
    worker.progress();
    thread.start();
  }

  /**
   * Waits until the sink has taken what stands in the topic now, and reads it in the same moment.
   *
   * @throws MessagingException when the broker does not answer in time, or the tail cannot go on
   */
  public <T> T caughtUp(Supplier<T> gathered) {
    return caughtUp(_ -> gathered.get());
  }

  /** The same, with what was read to get there. */
  <T> T caughtUp(Function<TailReading, T> gathered) {
    Instant until = clock.instant().plus(KafkaClients.PATIENCE);
    while (true) {
      TopicFacts.Identity begun = patiently(_ -> true, until, TailReading::topic);
      // In this order: a topic that has its id still had it when it was asked for its ends.
      Map<TopicPartition, Long> ends = facts.ends(begun.partitions());
      if (facts.identity().equals(begun)) {
        Optional<T> read =
            patiently(
                now -> !now.topic().equals(begun) || now.reached(ends),
                until,
                now ->
                    now.topic().equals(begun)
                        ? Optional.of(gathered.apply(now))
                        : Optional.<T>empty());
        if (read.isPresent()) {
          return read.get();
        }
      } else {
        check();
        patiently(now -> !now.topic().equals(begun), until, TailReading::topic);
      }
    }
  }

  /**
   * Waits until the condition holds, which is asked under the lock whenever the sink took
   * something, or until the time is over; and reads in the same moment.
   *
   * @throws MessagingException when the topic was not read to its end even once within this time,
   *     so that nobody knows what it says; or when the tail cannot go on
   */
  public <T> T await(BooleanSupplier condition, Duration atMost, Supplier<T> gathered)
      throws InterruptedException {
    Optional<T> held = held(condition, atMost, gathered);
    if (held.isPresent()) {
      return held.get();
    }
    return state
        .when(TailReading::settled, Duration.ZERO, _ -> gathered.get())
        .orElseThrow(this::late);
  }

  /**
   * Waits for what this process has just written. Where it does not come soon, the topic may have
   * been made anew, and is looked at.
   *
   * @throws MessagingException when it does not come, or the tail cannot go on
   */
  <T> T expect(BooleanSupplier written, Supplier<T> gathered) {
    try {
      Optional<T> soon = held(written, SOON, gathered);
      if (soon.isPresent()) {
        return soon.get();
      }
      check();
      return held(written, KafkaClients.PATIENCE, gathered).orElseThrow(this::late);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * What was gathered when the condition held; of one topic, told by a look at which it is
   * afterwards. Without that look the first records of one that was just made anew could be missing
   * among those behind them, and the first one decides.
   */
  private <T> Optional<T> held(BooleanSupplier condition, Duration atMost, Supplier<T> gathered)
      throws InterruptedException {
    Optional<Held<T>> held =
        state.when(
            now -> now.settled() && condition.getAsBoolean(),
            atMost,
            now -> new Held<>(now.topic(), gathered.get()));
    if (held.isPresent() && !facts.identity().equals(held.get().topic())) {
      check();
      throw new MessagingException(topic + " was made anew while it was read");
    }
    return held.map(Held::gathered);
  }

  private record Held<T>(TopicFacts.Identity topic, T gathered) {}

  /** The offsets of the first records that are still there. */
  Map<TopicPartition, Long> begins() {
    Instant until = clock.instant().plus(KafkaClients.PATIENCE);
    return facts.begins(patiently(_ -> true, until, now -> now.topic().partitions()));
  }

  @Override
  public void close() {
    closing = true;
    polled.get().ifPresent(Consumer::wakeup);
    try {
      thread.join(KafkaClients.PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    facts.close();
    worker.close();
  }

  private void run() {
    Throwable end = new IllegalStateException(topic + " is read no longer: the tail was closed");
    try {
      while (!closing) {
        worker.progress();
        readAnew();
      }
    } catch (Throwable e) {
      end = e;
      LOG.error("reading {} stopped", topic, e);
      worker.stuck("reading " + topic + " stopped: " + e);
    } finally {
      state.end(end);
    }
  }

  /** From one beginning of the topic to the next. */
  private void readAnew() throws InterruptedException {
    Consumer<byte[], byte[]> consumer = consumers.get();
    try (var _ = KafkaClients.leaving(consumer)) {
      polled.set(Optional.of(consumer));
      TailReading reading = begin(consumer);
      Instant checked = clock.instant();
      while (!closing) {
        reading = deliver(consumer, reading);
        worker.progress();
        boolean due = Duration.between(checked, clock.instant()).compareTo(BETWEEN_CHECKS) >= 0;
        if (checkAsked.getAndSet(false) || due) {
          checked = clock.instant();
          if (!stands(reading.topic())) {
            LOG.warn("{} is not the topic any more that it was; it is read anew", topic);
            return;
          }
        }
      }
    } catch (InvalidOffsetException e) {
      LOG.warn("{} has lost what was to be read next; it is read anew", topic, e);
    } catch (KafkaException | MessagingException e) {
      if (!closing) {
        if (isMissing(e)) {
          LOG.info("{} is not there; looking again", topic);
        } else {
          LOG.warn("reading {} failed; it is read anew", topic, e);
        }
        sleeper.sleep(AFTER_AN_ERROR);
      }
    } finally {
      polled.set(Optional.empty());
      state.hide();
    }
  }

  private TailReading begin(Consumer<byte[], byte[]> consumer) {
    checkAsked.set(false);
    // First: all that is read later is of this topic as long as it stands.
    TopicFacts.Identity identity = facts.identity();
    consumer.assign(identity.partitions());
    consumer.seekToBeginning(identity.partitions());
    Map<TopicPartition, Long> begins = positions(consumer);
    Map<TopicPartition, Long> ends = facts.ends(identity.partitions());
    TailReading begun = new TailReading(identity, begins, ends, begins);
    state.show(begun, sink::clear);
    return begun;
  }

  private TailReading deliver(Consumer<byte[], byte[]> consumer, TailReading before) {
    Iterable<ConsumerRecord<byte[], byte[]>> records;
    try {
      records = consumer.poll(KafkaClients.QUIET);
    } catch (WakeupException e) {
      // A reader wants the topic to be looked at, or close was called: the loop does both.
      return before;
    }
    // Not from the records: positions also pass what was deleted, compacted away or aborted.
    TailReading now = before.at(positions(consumer));
    if (!now.equals(before)) {
      state.show(now, () -> records.forEach(this::take));
    }
    return now;
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    try {
      sink.take(record);
    } catch (RuntimeException e) {
      // One bad record must not hide those behind it.
      LOG.warn("{}-{}@{} is passed over", topic, record.partition(), record.offset(), e);
    }
  }

  private static Map<TopicPartition, Long> positions(Consumer<byte[], byte[]> consumer) {
    Map<TopicPartition, Long> positions = new HashMap<>();
    for (TopicPartition partition : consumer.assignment()) {
      positions.put(partition, consumer.position(partition));
    }
    return positions;
  }

  /** Whether this is still the topic of the name; a broker that does not answer changes nothing. */
  private boolean stands(TopicFacts.Identity begun) {
    try {
      return facts.identity().equals(begun);
    } catch (MessagingException e) {
      LOG.warn("{}", e.getMessage());
      return !isMissing(e);
    }
  }

  private static boolean isMissing(RuntimeException e) {
    return e.getCause() instanceof UnknownTopicOrPartitionException;
  }

  /** Has the tail look now whether the topic is still the one that it reads. */
  private void check() {
    checkAsked.set(true);
    polled.get().ifPresent(Consumer::wakeup);
  }

  private <T> T patiently(
      Predicate<TailReading> condition, Instant until, Function<TailReading, T> read) {
    try {
      return state
          .when(condition, Duration.between(clock.instant(), until), read)
          .orElseThrow(this::late);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private MessagingException late() {
    return new MessagingException("Kafka did not deliver " + topic + " to its end in time");
  }

  private MessagingException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new MessagingException("interrupted while reading " + topic, e);
  }
}
