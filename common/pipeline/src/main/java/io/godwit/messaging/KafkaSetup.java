package io.godwit.messaging;

import io.godwit.service.Settings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.errors.SecurityDisabledException;

/**
 * What an operator does with Kafka before the services start: topics and rights, made where they
 * are missing and looked at where they are not. Done twice, the second time changes nothing.
 */
public final class KafkaSetup implements AutoCloseable {
  private final Settings settings;
  private final TopicNames names;
  private final Admin admin;
  private final BrokerAnswer answer;
  private final Topics topics;

  /**
   * What was found.
   *
   * @param missing what was made, or would be: a line each
   * @param problems what is not as it must be, with the command that mends it: a line each
   * @param notes what others may do who were not named: a line each
   */
  public record Findings(List<String> missing, List<String> problems, List<String> notes) {}

  private KafkaSetup(Settings settings, Admin admin, Sleeper sleeper) {
    this.settings = settings;
    this.names = new TopicNames(settings.topicPrefix());
    this.admin = admin;
    this.answer = new BrokerAnswer(settings.kafka(), "rights");
    this.topics = new Topics(admin, settings, sleeper);
  }

  /**
   * With the rights of the client that the settings name: it must be allowed to make topics and
   * access lists.
   */
  public static KafkaSetup of(Settings settings) {
    return new KafkaSetup(
        settings, new KafkaClients(settings, "godwit-setup").admin(), Sleeper.SYSTEM);
  }

  /**
   * The topics that the parties use.
   *
   * @param dry says what would be done, and does nothing
   * @throws io.godwit.service.SettingsException when a device's name cannot be a topic's
   * @throws MessagingException when the broker does not answer or refuses
   */
  public Findings topics(Collection<Party> parties, boolean dry) {
    Map<String, Topic> wanted = new LinkedHashMap<>();
    parties.forEach(party -> wanted.putAll(party.topics(names)));
    Topics.Plan plan = topics.plan(wanted);
    if (!dry) {
      topics.make(plan.missing());
    }
    return new Findings(
        plan.missing().stream().map(KafkaSetup::words).toList(),
        topics.problems(plan.there(), plan.cluster()),
        List.of());
  }

  /**
   * The rights of the parties. Rights that nobody needs are named, with whom they belong to, and
   * stay: who gave them may have had a reason.
   *
   * @param dry says what would be done, and does nothing
   * @throws MessagingException when the broker does not answer or refuses
   */
  public Findings rights(Collection<Grant> grants, boolean dry) {
    Rights rights = new Rights(names);
    Collection<AclBinding> existing;
    try {
      existing =
          answer.to(admin.describeAcls(AclBindingFilter.ANY).values(), "did not list its rights");
    } catch (MessagingException e) {
      if (e.getCause() instanceof SecurityDisabledException) {
        return new Findings(
            List.of(),
            List.of(
                "%s has no authorizer, so whoever reaches it may do everything: set authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer and super.users in its properties"
                    .formatted(settings.kafka())),
            List.of());
      }
      throw e;
    }
    Set<AclBinding> wanted = rights.of(grants);
    Set<AclBinding> missing = new HashSet<>(wanted);
    missing.removeAll(existing);
    if (!dry && !missing.isEmpty()) {
      answer.to(admin.createAcls(missing).all(), "did not take rights");
    }
    List<String> problems = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (AclBinding more : rights.unwanted(existing, wanted, grants)) {
      List<String> heard = Rights.isStrangers(more, grants) ? notes : problems;
      heard.add(
          "%s, which no party of these needs: %s"
              .formatted(Rights.words(more), Rights.removal(more, settings.kafka())));
    }
    return new Findings(missing.stream().map(Rights::words).sorted().toList(), problems, notes);
  }

  private static String words(NewTopic topic) {
    return "%s: %d partitions, %d replicas, %s"
        .formatted(
            topic.name(),
            topic.numPartitions(),
            topic.replicationFactor(),
            new TreeMap<>(topic.configs()));
  }

  @Override
  public void close() {
    admin.close(KafkaClients.PATIENCE);
  }
}
