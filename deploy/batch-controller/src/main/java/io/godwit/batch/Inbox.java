package io.godwit.batch;

import com.google.protobuf.InvalidProtocolBufferException;
import io.godwit.contract.BatchRecord;
import io.godwit.contract.Event;
import io.godwit.messaging.Received;
import io.godwit.messaging.TopicTail;
import io.godwit.service.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what several threads read to the one that decides, in the order of each topic. */
final class Inbox implements TopicTail.Sink {
  private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

  /** Something that was read. */
  sealed interface Item {
    /** Of the topic batches. */
    record Word(BatchRecord record) implements Item {}

    /** The topic batches is read anew, from its beginning. */
    record Anew() implements Item {}

    /** Of the topic events. */
    record Told(Event event) implements Item {}

    /** Of the topic hosts. */
    record OfHost(Received record) implements Item {}

    /** Of the topic devices. */
    record OfDevice(Received record) implements Item {}
  }

  private final ConcurrentLinkedQueue<Item> items = new ConcurrentLinkedQueue<>();
  private final Threads.Bell bell;

  Inbox(Threads threads) {
    this.bell = threads.bell();
  }

  @Override
  public void take(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (record.value() != null) {
        put(new Item.Word(BatchRecord.parseFrom(record.value())));
      }
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("batches@{} is no record of ours: {}", record.offset(), e.getMessage());
    }
  }

  @Override
  public void clear() {
    put(new Item.Anew());
  }

  void event(Received record) {
    try {
      put(new Item.Told(Event.parseFrom(record.value())));
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("an event of {} is none: {}", record.key(), e.getMessage());
    }
  }

  void host(Received record) {
    put(new Item.OfHost(record));
  }

  void device(Received record) {
    put(new Item.OfDevice(record));
  }

  private void put(Item item) {
    items.add(item);
    bell.ring();
  }

  /** Waits until something has come, or the time is over, and takes all of it. */
  List<Item> await(Duration atMost) throws InterruptedException {
    if (items.isEmpty()) {
      bell.await(atMost);
    }
    return takeAll();
  }

  List<Item> takeAll() {
    List<Item> all = new ArrayList<>();
    Optional<Item> next = Optional.ofNullable(items.poll());
    while (next.isPresent()) {
      all.add(next.get());
      next = Optional.ofNullable(items.poll());
    }
    return all;
  }

  void wake() {
    bell.ring();
  }
}
