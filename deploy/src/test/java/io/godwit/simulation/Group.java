package io.godwit.simulation;

import io.godwit.messaging.PoisonException;
import io.godwit.messaging.RecordHandler;
import io.godwit.messaging.RetryPolicy;
import io.godwit.messaging.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A consumer group of a topic of one partition: its first member that is there has it. Records come
 * at least once: the offset is committed when the handler has returned.
 */
final class Group {
  static final String DELIVER = "deliver";
  private static final Duration GLANCE = Duration.ofSeconds(60);

  /** A member that was silent for so long has lost its partition. */
  private static final long SESSION_MS = 45_000;

  private final World world;
  private final Broker broker;
  private final Topic topic;
  private final String name;
  private final Predicate<String> mine;
  private final List<Scheduler.Actor> members = new ArrayList<>();
  private Optional<Scheduler.Actor> owner = Optional.empty();
  private long ownerSeenMs;
  private int committed;

  /**
   * @param name of who reads: where each device has a topic of its own, it is the device's
   */
  Group(World world, Topic topic, String name, Predicate<String> mine) {
    this.world = world;
    this.broker = world.broker();
    this.topic = topic;
    this.name = name;
    this.mine = mine;
  }

  String name() {
    return name;
  }

  Topic topic() {
    return topic;
  }

  /** Whether there is nothing left to be handled. */
  boolean isDone() {
    List<Broker.Entry> all = broker.topic(topic, name);
    for (int i = committed; i < all.size(); i++) {
      if (mine.test(all.get(i).key())) {
        return false;
      }
    }
    return true;
  }

  /** Takes the partition from who has it, though it may be at work. */
  void rebalance() {
    owner = Optional.empty();
    broker.signal().raise();
  }

  /** Has a service handle the records, on a thread of its own. */
  void join(Scheduler.Actor member, RecordHandler handler) {
    members.removeIf(other -> !other.isAlive());
    members.add(member);
    member.start(topic.baseName() + "-" + name, () -> consume(member, handler));
  }

  private boolean isOwner(Scheduler.Actor member) {
    Optional<Scheduler.Actor> had = owner;
    if (had.isPresent() && had.get().isAwake()) {
      ownerSeenMs = world.nowMs();
    }
    boolean lost =
        had.isEmpty() || !had.get().isAlive() || world.nowMs() - ownerSeenMs > SESSION_MS;
    if (lost) {
      List<Scheduler.Actor> awake = members.stream().filter(m -> m.isAwake()).toList();
      owner = Optional.of(awake.get((int) world.draw(awake.size())));
      ownerSeenMs = world.nowMs();
    }
    return owner.equals(Optional.of(member));
  }

  private boolean hasNext(Scheduler.Actor member) {
    return !broker.isAway() && !isDone() && isOwner(member);
  }

  private void consume(Scheduler.Actor member, RecordHandler handler) {
    try {
      while (true) {
        if (!world.scheduler().await(broker.signal(), () -> hasNext(member), GLANCE)) {
          continue;
        }
        int offset = committed;
        Broker.Entry entry = broker.topic(topic, name).get(offset);
        if (mine.test(entry.key())) {
          Optional<Fault> fault = world.strike(DELIVER);
          if (members.size() > 1 && !world.isCalm() && world.draw(3) == 0) {
            // Members come and go, and one may still be at work on what the next one gets.
            rebalance();
          }
          if (fault.filter(f -> f.kind() == Fault.Kind.DELIVERED_LATE).isPresent()) {
            world.pass(fault.get().ms());
          }
          if (!handle(entry, handler)) {
            continue;
          }
          world.step("handled a record of " + topic.baseName());
          if (fault.filter(f -> f.kind() == Fault.Kind.DELIVERED_TWICE).isPresent()) {
            continue;
          }
        }
        committed = Math.max(committed, offset + 1);
      }
    } catch (InterruptedException e) {
      world.say("a consumer of " + topic.baseName() + " was interrupted");
    }
  }

  /** As the real subscription does it; says whether the record is safe. */
  private boolean handle(Broker.Entry entry, RecordHandler handler) throws InterruptedException {
    for (int failures = 0; ; ) {
      try {
        handler.handle(entry.received());
        return true;
      } catch (PoisonException e) {
        return bury(entry, handler, e);
      } catch (Throwable e) {
        world.say("handling a record of %s failed: %s".formatted(topic.baseName(), e));
        if (++failures == RetryPolicy.STANDARD.tries()) {
          return bury(entry, handler, e);
        }
        world.scheduler().sleep(RetryPolicy.STANDARD.pauseAfter(failures));
      }
    }
  }

  private boolean bury(Broker.Entry entry, RecordHandler handler, Throwable cause)
      throws InterruptedException {
    for (int failures = 1; ; failures++) {
      try {
        handler.buried(entry.received(), cause);
        broker.bury(topic.baseName() + ": " + cause);
        return true;
      } catch (Throwable e) {
        world.say("a record of %s cannot be buried: %s".formatted(topic.baseName(), e));
        world.scheduler().sleep(RetryPolicy.STANDARD.pauseAfter(failures));
      }
    }
  }
}
