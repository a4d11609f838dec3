package io.godwit.messaging;

import io.godwit.contract.Event;
import io.godwit.trace.Spans;
import java.time.Clock;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people how migrations get on. Events are published in order on a thread of their own: a
 * container that stands still does not wait for them, and nothing fails because one got lost.
 */
public final class EventPublisher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventPublisher.class);
  private static final int WAITING = 1000;

  private final Publisher publisher;
  private final String service;
  private final Clock clock;
  private final Spans spans;
  private final ExecutorService queue;

  /** In no trace. */
  public EventPublisher(Publisher publisher, String service, Clock clock) {
    this(publisher, service, clock, Spans.NONE);
  }

  /**
   * @param publisher stays its owner's
   * @param service as in the contract: checkpointer, converter or restorer-agent
   * @param spans where what took how long is told, too; stays its owner's
   */
  public EventPublisher(Publisher publisher, String service, Clock clock, Spans spans) {
    this.publisher = publisher;
    this.service = service;
    this.clock = clock;
    this.spans = spans;
    this.queue =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofVirtual().name("events").factory());
  }

  /**
   * The voice of one migration.
   *
   * @param container name or id, as people know it
   */
  public MigrationEvents of(String migrationId, String host, String device, String container) {
    Event frame =
        Event.newBuilder()
            .setMigrationId(migrationId)
            .setService(service)
            .setHost(host)
            .setDevice(device)
            .setContainer(container)
            .build();
    return new MigrationEvents(frame, this::send, spans, clock);
  }

  /** Waits a few seconds for what is still to be published. */
  @Override
  public void close() {
    queue.shutdown();
    try {
      if (!queue.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("{} events were not published in time", queue.shutdownNow().size());
      }
    } catch (InterruptedException e) {
      queue.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private void send(Event event) {
    try {
      queue.execute(MigrationLog.carried(() -> publish(event)));
    } catch (RejectedExecutionException e) {
      LOG.warn("an event of {} is left out: {}", event.getMigrationId(), event.getMessage());
    }
  }

  private void publish(Event event) {
    try {
      publisher.publish(Topic.EVENTS, event.getMigrationId(), event);
    } catch (Throwable e) {
      // Errors too: the next event may pass, and nothing but people waits for this one.
      LOG.warn("an event of {} was not published: {}", event.getMigrationId(), e.toString());
    }
  }
}
