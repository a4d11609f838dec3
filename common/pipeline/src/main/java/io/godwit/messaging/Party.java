package io.godwit.messaging;

import static io.godwit.messaging.Topic.BATCHES;
import static io.godwit.messaging.Topic.CHECKPOINTS;
import static io.godwit.messaging.Topic.CONVERSIONS;
import static io.godwit.messaging.Topic.DEAD_LETTERS;
import static io.godwit.messaging.Topic.DECISIONS;
import static io.godwit.messaging.Topic.DEVICES;
import static io.godwit.messaging.Topic.EVENTS;
import static io.godwit.messaging.Topic.HOSTS;
import static io.godwit.messaging.Topic.PAGES;
import static io.godwit.messaging.Topic.PREPARATIONS;
import static io.godwit.messaging.Topic.REHEARSALS;
import static io.godwit.messaging.Topic.REQUESTS;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who speaks on Kafka, and what each reads and writes there: what a service verifies at its start,
 * and what rights it is given. Whoever uses a further topic says so here, or is refused where there
 * are rights.
 */
public sealed interface Party {
  /** The checkpointer of a host. */
  record Checkpointer(String host) implements Party {
    @Override
    public Optional<Group> group() {
      return Optional.of(Group.of("checkpointer", host));
    }

    @Override
    public Set<Topic> takes() {
      return EnumSet.of(REQUESTS, REHEARSALS);
    }

    @Override
    public Set<Topic> follows() {
      return EnumSet.of(DECISIONS, DEVICES);
    }

    @Override
    public Set<Topic> writes() {
      return EnumSet.of(
          PREPARATIONS, PAGES, CHECKPOINTS, DECISIONS, EVENTS, DEAD_LETTERS, BATCHES, HOSTS);
    }
  }

  /** All converters: they share their work, and their rights. */
  record Converter() implements Party {
    @Override
    public Optional<Group> group() {
      return Optional.of(Group.shared("converter"));
    }

    @Override
    public Set<Topic> takes() {
      return EnumSet.of(CHECKPOINTS);
    }

    @Override
    public Set<Topic> follows() {
      return EnumSet.of(DECISIONS);
    }

    @Override
    public Set<Topic> writes() {
      return EnumSet.of(CONVERSIONS, DECISIONS, EVENTS, DEAD_LETTERS);
    }
  }

  /** The agent of a device. */
  record Agent(String device) implements Party {
    @Override
    public Optional<Group> group() {
      return Optional.of(Group.of("restorer-agent", device));
    }

    @Override
    public Set<Topic> takes() {
      return EnumSet.of(PREPARATIONS, PAGES, CONVERSIONS);
    }

    @Override
    public Set<Topic> follows() {
      return EnumSet.of(DECISIONS, DEVICES);
    }

    @Override
    public Set<Topic> writes() {
      return EnumSet.of(REHEARSALS, DECISIONS, EVENTS, DEVICES, DEAD_LETTERS);
    }

    @Override
    public Optional<String> owner() {
      return Optional.of(device);
    }
  }

  /** All batch controllers: one of them leads. */
  record BatchController() implements Party {
    @Override
    public Optional<Group> group() {
      return Optional.of(Group.shared("batch-controller"));
    }

    /** It only stands in the group: what it reads it follows. */
    @Override
    public Set<Topic> takes() {
      return EnumSet.of(BATCHES);
    }

    @Override
    public Set<Topic> follows() {
      return EnumSet.of(BATCHES, HOSTS, DEVICES, EVENTS, DECISIONS);
    }

    @Override
    public Set<Topic> writes() {
      return EnumSet.of(BATCHES, REQUESTS, DECISIONS);
    }
  }

  /**
   * Whoever uses the {@code godwit} command: asks, looks, decides in doubt, and puts a dead letter
   * back where it came from.
   */
  record Operator() implements Party {
    @Override
    public Optional<Group> group() {
      return Optional.empty();
    }

    @Override
    public Set<Topic> takes() {
      return EnumSet.noneOf(Topic.class);
    }

    @Override
    public Set<Topic> follows() {
      return EnumSet.allOf(Topic.class);
    }

    @Override
    public Set<Topic> writes() {
      return EnumSet.complementOf(EnumSet.of(EVENTS, DEVICES));
    }
  }

  /** Under which it takes records; empty: it takes none. */
  Optional<Group> group();

  /** Topics whose records it handles, in its group. */
  Set<Topic> takes();

  /** Topics that it reads from their beginning, in no group. */
  Set<Topic> follows();

  Set<Topic> writes();

  /** The device whose own topics it reads; empty: every device's. */
  default Optional<String> owner() {
    return Optional.empty();
  }

  /**
   * The topics that must be there and safe when it starts. Other devices' are not its business: a
   * device has made its own before it is heard of.
   */
  default Map<String, Topic> topics(TopicNames names) {
    Set<Topic> all = EnumSet.copyOf(follows());
    all.addAll(takes());
    all.addAll(writes());
    Map<String, Topic> topics = new LinkedHashMap<>();
    for (Topic topic : all) {
      if (!topic.isPerDevice()) {
        topics.put(names.of(topic), topic);
      } else {
        owner().ifPresent(device -> topics.put(names.of(topic, device), topic));
      }
    }
    return topics;
  }
}
