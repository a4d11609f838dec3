package io.godwit.messaging;

import io.godwit.service.Liveness;
import io.godwit.service.ServiceRuntime;
import io.godwit.service.Settings;
import io.godwit.trust.Trust;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes everything that speaks to Kafka from the settings. All of it publishes through one
 * producer, which is closed with this: close subscriptions, logs and directories before.
 */
public final class KafkaMessaging implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaMessaging.class);
  private static final Duration BROKER_PAUSE = Duration.ofSeconds(2);
  private static final Duration POLLING_PATIENCE = Duration.ofMinutes(2);

  /** A migration may take long, yet not for ever; its own deadline comes first. */
  private static final Duration HANDLING_PATIENCE = Duration.ofHours(4);

  private final Settings settings;
  private final TopicNames names;
  private final String service;
  private final MeterRegistry metrics;
  private final Liveness liveness;
  private final Clock clock;
  private final Sleeper sleeper;
  private final RetryPolicy retries;
  private final KafkaClients clients;
  private final Trust trust;
  private final KafkaPublisher publisher;

  /** Several services in one JVM have a tail of the same topic each. */
  private final AtomicInteger tails = new AtomicInteger();

  /** For commands, which are not measured and run no handlers. */
  public static KafkaMessaging of(Settings settings) {
    Clock clock = Clock.systemUTC();
    return new KafkaMessaging(
        settings,
        "godwit",
        new SimpleMeterRegistry(),
        new Liveness(clock),
        clock,
        Sleeper.SYSTEM,
        RetryPolicy.STANDARD);
  }

  /** With the process's clock and the standard retries. */
  public KafkaMessaging(ServiceRuntime runtime) {
    this(
        runtime.settings(),
        runtime.service(),
        runtime.metrics(),
        runtime.liveness(),
        runtime.clock(),
        Sleeper.SYSTEM,
        RetryPolicy.STANDARD);
    trust.requireComplete();
    trust.weakness().ifPresent(weakness -> LOG.warn("{}", weakness));
  }

  /**
   * @param service as in events, metrics and dead letters
   * @throws io.godwit.service.SettingsException when no client can be made of the settings
   */
  public KafkaMessaging(
      Settings settings,
      String service,
      MeterRegistry metrics,
      Liveness liveness,
      Clock clock,
      Sleeper sleeper,
      RetryPolicy retries) {
    this.settings = settings;
    this.names = new TopicNames(settings.topicPrefix());
    this.service = service;
    this.metrics = metrics;
    this.liveness = liveness;
    this.clock = clock;
    this.sleeper = sleeper;
    this.retries = retries;
    this.trust = Trust.of(settings);
    this.clients = new KafkaClients(settings, "godwit-" + service);
    this.publisher =
        new KafkaPublisher(
            clients.producer(),
            names,
            clients.brokers(),
            service,
            metrics,
            new Envelopes(service, settings.host(), clock, () -> UUID.randomUUID().toString()),
            trust);
  }

  /**
   * Makes the topics that are missing, and looks whether the others are safe. Every service does so
   * at its start for those that it uses, so that none needs another to have started before.
   *
   * @return the names of those that were made
   * @throws io.godwit.service.SettingsException when a topic is not as it must be; names every
   *     problem with the command that mends it
   * @throws MessagingException when the broker does not answer or refuses
   */
  public List<String> createTopics(Party... parties) {
    Map<String, Topic> topics = new LinkedHashMap<>();
    Arrays.stream(parties).forEach(party -> topics.putAll(party.topics(names)));
    try (Admin admin = clients.admin()) {
      return new Topics(admin, settings, sleeper).ensure(topics);
    }
  }

  /**
   * The same, waiting as long as the broker does not answer: a machine is often up before its
   * broker can be reached.
   */
  public void createTopicsPatiently(Party party) throws InterruptedException {
    while (true) {
      try {
        createTopics(party);
        return;
      } catch (MessagingException e) {
        LOG.warn("{}; again in {} s", e.getMessage(), BROKER_PAUSE.toSeconds());
        sleeper.sleep(BROKER_PAUSE);
      }
    }
  }

  /** The one publisher; closing this closes it, so leave it open. */
  public Publisher publisher() {
    return publisher;
  }

  /**
   * Reads a topic that all share from where the group left it, at first from its beginning.
   *
   * @param keys records with other keys are skipped
   */
  public Subscription subscribe(
      Topic topic, Group group, Predicate<String> keys, RecordHandler handler) {
    return subscribe(topic, names.of(topic), group, keys, handler);
  }

  /** The same of a device's own topic: all that stands there is for it. */
  public Subscription subscribeOwn(Topic topic, String device, Group group, RecordHandler handler) {
    return subscribe(topic, names.of(topic, device), group, _ -> true, handler);
  }

  private Subscription subscribe(
      Topic topic, String name, Group group, Predicate<String> keys, RecordHandler handler) {
    RecordHandler believed = new BelievedRecords(trust, topic, name, handler);
    HandlerMeters meters = HandlerMeters.of(metrics, service, group.name(), topic.baseName());
    DeadLetters deadLetters = new DeadLetters(publisher, names.of(Topic.DEAD_LETTERS), service);
    Consumer<byte[], byte[]> consumer = clients.member(groupId(topic, group), group.alone());
    Subscription subscription =
        new Subscription(
            consumer,
            name,
            group.alone(),
            keys,
            record ->
                new Work(record, believed, retries, sleeper, deadLetters, meters, consumer::wakeup),
            meters,
            liveness.worker("reading " + name + " as " + group.name(), POLLING_PATIENCE),
            liveness.worker(
                "handling a record of " + name + " as " + group.name(), HANDLING_PATIENCE),
            clock);
    subscription.start();
    return subscription;
  }

  /** The group's name in Kafka. */
  public String groupId(Topic topic, Group group) {
    return group.id(names, topic);
  }

  public DecisionLog decisionLog() {
    var kept = new KeptDecisions(trust, nameOf(Topic.DECISIONS));
    return new KafkaDecisionLog(publisher, kept, tail(Topic.DECISIONS, kept));
  }

  public DeviceDirectory deviceDirectory() {
    var profiles = new KafkaDeviceDirectory.Profiles();
    return new KafkaDeviceDirectory(profiles, tail(Topic.DEVICES, profiles));
  }

  /** The dead letters, for people. */
  public DeadLetterBox deadLetterBox() {
    var marked = new MarkedLetters();
    return new DeadLetterBox(
        tail(Topic.DEAD_LETTERS, marked), marked, publisher, clients::reader, names);
  }

  /**
   * Reads a topic from its beginning and goes on, in no group, for who only listens: what was heard
   * of a topic that is made anew since is not unheard.
   */
  public TopicTail listen(Topic topic, java.util.function.Consumer<Received> listener) {
    return tail(
        topic,
        new TopicTail.Sink() {
          @Override
          public void take(ConsumerRecord<byte[], byte[]> record) {
            listener.accept(Received.of(record));
          }

          @Override
          public void clear() {}
        });
  }

  /** Stands for being the one of a group, on a topic of one partition. */
  public Leadership leadership(Topic topic, Group group) {
    String name = nameOf(topic);
    Leadership leadership =
        new Leadership(
            clients.member(groupId(topic, group), group.alone()),
            name,
            liveness.worker("the group on " + name, POLLING_PATIENCE),
            sleeper);
    leadership.start();
    return leadership;
  }

  /** Reads a topic from a moment on, in no group. */
  public Follower follow(
      Topic topic, Instant since, java.util.function.Consumer<Received> listener) {
    String name = nameOf(topic);
    Follower follower =
        new Follower(
            clients.reader(),
            name,
            since,
            listener,
            liveness.worker(
                "follower %d of %s".formatted(tails.incrementAndGet(), name), POLLING_PATIENCE),
            sleeper);
    follower.start();
    return follower;
  }

  /** Reads a topic from its beginning and goes on, in no group. */
  public TopicTail tail(Topic topic, TopicTail.Sink sink) {
    String name = names.of(topic);
    TopicTail tail =
        new TopicTail(
            clients::tailer,
            new TopicFacts(clients.admin(), name, clients.brokers()),
            name,
            sink,
            liveness.worker(
                "tail %d of %s".formatted(tails.incrementAndGet(), name), POLLING_PATIENCE),
            clock,
            sleeper);
    tail.start();
    return tail;
  }

  /**
   * A consumer in no group, with nothing assigned: for commands that look and take nothing from the
   * services. Its caller's to close.
   */
  public Consumer<byte[], byte[]> spectator() {
    return clients.reader();
  }

  /** The name in Kafka of a topic that all share. */
  public String nameOf(Topic topic) {
    return names.of(topic);
  }

  @Override
  public void close() {
    publisher.close();
  }
}
