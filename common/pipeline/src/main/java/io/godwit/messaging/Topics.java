package io.godwit.messaging;

import io.godwit.service.Setting;
import io.godwit.service.Settings;
import io.godwit.service.SettingsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the topics that are missing, and looks whether those that stand are as they must be ({@link
 * TopicRules}): a service does not start on others.
 */
final class Topics {
  private static final Logger LOG = LoggerFactory.getLogger(Topics.class);

  /** Kafka's own defaults, for where a client may not ask the brokers. */
  private static final Duration OFFSETS_KEPT = Duration.ofDays(7);

  private static final int TRIES = 50;
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

  private final Admin admin;
  private final Settings settings;
  private final Sleeper sleeper;
  private final BrokerAnswer answer;

  Topics(Admin admin, Settings settings, Sleeper sleeper) {
    this.admin = admin;
    this.settings = settings;
    this.sleeper = sleeper;
    this.answer = new BrokerAnswer(settings.kafka(), "topics");
  }

  /**
   * What stands and what is missing.
   *
   * @param there name and kind of those that stand
   * @param missing how those that do not would be made
   */
  record Plan(TopicRules.Cluster cluster, Map<String, Topic> there, List<NewTopic> missing) {}

  /**
   * Looks what is there of the topics, and changes nothing.
   *
   * @param topics name and kind
   * @throws MessagingException when the broker does not answer or refuses
   */
  Plan plan(Map<String, Topic> topics) {
    TopicRules.Cluster cluster = cluster();
    Set<String> known = answer.to(admin.listTopics().names(), "did not list its topics");
    Map<String, Topic> there = new LinkedHashMap<>(topics);
    there.keySet().retainAll(known);
    // Not those that stand: the brokers look at what is asked for before they say that it stands.
    List<NewTopic> missing =
        topics.entrySet().stream()
            .filter(topic -> !known.contains(topic.getKey()))
            .map(topic -> describe(topic.getKey(), topic.getValue(), cluster))
            .toList();
    return new Plan(cluster, there, missing);
  }

  /**
   * Returns the names of those that were made.
   *
   * @param topics name and kind
   * @throws SettingsException when one that stands is not safe; names everything that is not, with
   *     the commands that mend it
   * @throws MessagingException when the broker does not answer or refuses
   */
  List<String> ensure(Map<String, Topic> topics) {
    Plan plan = plan(topics);
    List<String> made = make(plan.missing());
    Map<String, Topic> there = new LinkedHashMap<>(topics);
    there.keySet().removeAll(made);
    List<String> problems = problems(there, plan.cluster());
    if (!problems.isEmpty()) {
      throw new SettingsException(
          "the topics at %s are not safe:\n%s"
              .formatted(settings.kafka(), String.join("\n", problems)));
    }
    return made;
  }

  /** Returns the names of those that nobody else has made meanwhile. */
  List<String> make(List<NewTopic> topics) {
    List<String> made = topics.stream().filter(this::isMade).map(NewTopic::name).toList();
    if (!made.isEmpty()) {
      LOG.info("made the topics {}", made);
    }
    return made;
  }

  private boolean isMade(NewTopic topic) {
    try {
      admin.createTopics(List.of(topic)).all().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicExistsException) {
        return false;
      }
      if (e.getCause() instanceof AuthorizationException refused) {
        throw new MessagingException(
            "the topic %s is missing at %s, and this client may not make it: `godwit setup kafka` does (%s)"
                .formatted(topic.name(), settings.kafka(), refused.getMessage()),
            refused);
      }
      if (e.getCause() instanceof InvalidTopicException refused) {
        throw new SettingsException(
            "the topic %s cannot be made at %s: %s. Kafka takes '.' and '_' for one character there: give the device another name (%s)."
                .formatted(
                    topic.name(),
                    settings.kafka(),
                    refused.getMessage(),
                    Setting.DEVICE.variable()),
            refused);
      }
      throw answer.failed("did not make the topic " + topic.name(), e);
    } catch (InterruptedException e) {
      throw answer.interrupted(e);
    }
  }

  /** What is unsafe about topics that stand. */
  List<String> problems(Map<String, Topic> topics, TopicRules.Cluster cluster) {
    List<String> names = List.copyOf(topics.keySet());
    Map<String, TopicDescription> described = described(names);
    Map<ConfigResource, Config> configs =
        answer.to(
            admin.describeConfigs(names.stream().map(Topics::resource).toList()).all(),
            "did not tell the settings of its topics");
    List<String> problems = new ArrayList<>();
    for (Map.Entry<String, Topic> topic : topics.entrySet()) {
      String name = topic.getKey();
      Optional<TopicDescription> description = Optional.ofNullable(described.get(name));
      Optional<Config> config = Optional.ofNullable(configs.get(resource(name)));
      problems.addAll(
          TopicChecks.problems(
              name,
              settings.kafka(),
              TopicRules.of(topic.getValue(), cluster),
              cluster,
              settings.topicReplication(),
              new TopicRules.Actual(
                  replicas(description.orElseThrow()), values(config.orElseThrow()))));
    }
    return problems;
  }

  /** Another service may have made them this moment, and not every broker knows it then. */
  private Map<String, TopicDescription> described(List<String> names) {
    int tries = 1;
    while (true) {
      try {
        return answer.to(
            admin.describeTopics(names).allTopicNames(), "did not describe its topics");
      } catch (MessagingException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException) || tries >= TRIES) {
          throw e;
        }
      }
      tries++;
      try {
        sleeper.sleep(BETWEEN_TRIES);
      } catch (InterruptedException e) {
        throw answer.interrupted(e);
      }
    }
  }

  private static Map<Integer, List<Integer>> replicas(TopicDescription description) {
    return description.partitions().stream()
        .collect(
            Collectors.toMap(
                partition -> partition.partition(),
                partition -> partition.replicas().stream().map(Node::id).toList()));
  }

  private static Map<String, String> values(Config config) {
    Map<String, String> values = new HashMap<>();
    for (ConfigEntry entry : config.entries()) {
      Optional.ofNullable(entry.value()).ifPresent(value -> values.put(entry.name(), value));
    }
    return values;
  }

  private TopicRules.Cluster cluster() {
    Collection<Node> nodes = answer.to(admin.describeCluster().nodes(), "did not name its brokers");
    List<Integer> ids = nodes.stream().map(Node::id).sorted().toList();
    ConfigResource broker =
        new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(ids.getFirst()));
    Map<String, String> values = brokerSettings(broker);
    return new TopicRules.Cluster(
        ids,
        Short.parseShort(values.getOrDefault("default.replication.factor", "1")),
        Optional.ofNullable(values.get("offsets.retention.minutes"))
            .map(minutes -> Duration.ofMinutes(Long.parseLong(minutes)))
            .orElse(OFFSETS_KEPT));
  }

  private Map<String, String> brokerSettings(ConfigResource broker) {
    try {
      return Optional.ofNullable(
              answer
                  .to(
                      admin.describeConfigs(List.of(broker)).all(),
                      "did not tell its brokers' settings")
                  .get(broker))
          .map(Topics::values)
          .orElse(Map.of());
    } catch (MessagingException e) {
      if (e.getCause() instanceof AuthorizationException) {
        LOG.warn("{}; Kafka's defaults are taken for them", e.getMessage());
        return Map.of();
      }
      throw e;
    }
  }

  private NewTopic describe(String name, Topic topic, TopicRules.Cluster cluster) {
    TopicRules rules = TopicRules.of(topic, cluster);
    short replication = TopicRules.replication(settings, cluster);
    // One machine reads its own topic, one record after the other; and a fleet has many of them.
    int partitions =
        topic.isPerDevice() ? 1 : rules.partitions().orElseGet(settings::topicPartitions);
    return new NewTopic(name, partitions, replication)
        .configs(rules.configuration(topic, replication));
  }

  private static ConfigResource resource(String topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }
}
