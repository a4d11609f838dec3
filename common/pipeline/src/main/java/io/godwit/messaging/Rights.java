package io.godwit.messaging;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The entries of Kafka's access lists that the parties need, and no others.
 *
 * <table>
 *   <caption>Why</caption>
 *   <tr><td>READ, WRITE of a topic</td><td>they bring DESCRIBE along</td></tr>
 *   <tr><td>DESCRIBE_CONFIGS of a topic</td><td>what it stands on is verified at its start</td></tr>
 *   <tr><td>READ of a group</td><td>one for each topic that it takes from</td></tr>
 *   <tr><td>WRITE of all names that begin so</td><td>devices come and go; senders stay</td></tr>
 *   <tr><td>nothing of the cluster</td><td>an idempotent producer needs none (KIP-679); topics are
 *     made by who sets up</td></tr>
 *   <tr><td>no transactional id</td><td>nothing here is a transaction of Kafka's</td></tr>
 * </table>
 */
final class Rights {
  private static final String ANYWHERE = "*";
  private static final String EVERYBODY = "User:*";
  private static final String ALL_NAMES = ResourcePattern.WILDCARD_RESOURCE;

  private final TopicNames names;

  Rights(TopicNames names) {
    this.names = names;
  }

  /** What all of them need. */
  Set<AclBinding> of(Collection<Grant> grants) {
    return grants.stream().flatMap(this::of).collect(Collectors.toSet());
  }

  private Stream<AclBinding> of(Grant grant) {
    Party party = grant.party();
    Set<AclBinding> rights = new HashSet<>();
    for (Topic topic : party.takes()) {
      rights.add(allow(grant, topicRead(party, topic), AclOperation.READ));
      party
          .group()
          .ifPresent(group ->
              rights.add(
                  allow(
                      grant,
                      literal(ResourceType.GROUP, group.id(names, topic)),
                      AclOperation.READ)));
    }
    for (Topic topic : party.follows()) {
      rights.add(allow(grant, topicRead(party, topic), AclOperation.READ));
    }
    for (Topic topic : party.writes()) {
      rights.add(allow(grant, topicOfAll(topic), AclOperation.WRITE));
    }
    for (String topic : party.topics(names).keySet()) {
      rights.add(allow(grant, literal(ResourceType.TOPIC, topic), AclOperation.DESCRIBE_CONFIGS));
    }
    return rights.stream();
  }

  private ResourcePattern topicRead(Party party, Topic topic) {
    return party
        .owner()
        .filter(_ -> topic.isPerDevice())
        .map(device -> literal(ResourceType.TOPIC, names.of(topic, device)))
        .orElseGet(() -> topicOfAll(topic));
  }

  private ResourcePattern topicOfAll(Topic topic) {
    return topic.isPerDevice()
        ? new ResourcePattern(ResourceType.TOPIC, names.allOf(topic), PatternType.PREFIXED)
        : literal(ResourceType.TOPIC, names.of(topic));
  }

  private static ResourcePattern literal(ResourceType type, String name) {
    return new ResourcePattern(type, name, PatternType.LITERAL);
  }

  private static AclBinding allow(Grant grant, ResourcePattern what, AclOperation operation) {
    return new AclBinding(
        what,
        new AccessControlEntry(grant.principal(), ANYWHERE, operation, AclPermissionType.ALLOW));
  }

  /**
   * Entries that let somebody do with our topics and groups what nobody needs, or keep one of the
   * parties from what it needs.
   *
   * @param wanted what is needed
   */
  List<AclBinding> unwanted(
      Collection<AclBinding> existing, Set<AclBinding> wanted, Collection<Grant> grants) {
    Set<String> principals = grants.stream().map(Grant::principal).collect(Collectors.toSet());
    return existing.stream()
        .filter(entry -> !wanted.contains(entry))
        .filter(entry -> concernsUs(entry, principals))
        .sorted(Comparator.comparing(AclBinding::toString))
        .toList();
  }

  private boolean concernsUs(AclBinding entry, Set<String> principals) {
    boolean ofAParty = principals.contains(entry.entry().principal());
    ResourcePattern what = entry.pattern();
    return switch (what.resourceType()) {
      case TOPIC, GROUP -> (ofAParty || opensOrBars(entry.entry())) && reaches(what);
      case CLUSTER, TRANSACTIONAL_ID, DELEGATION_TOKEN, USER -> ofAParty;
      case UNKNOWN, ANY -> false;
    };
  }

  /** Of somebody by name who is none of the parties: whoever gave it may know why. */
  static boolean isStrangers(AclBinding entry, Collection<Grant> grants) {
    String who = entry.entry().principal();
    return !who.equals(EVERYBODY) && grants.stream().map(Grant::principal).noneMatch(who::equals);
  }

  /** Whatever lets others in, and what keeps everybody out. */
  private static boolean opensOrBars(AccessControlEntry entry) {
    return entry.permissionType() == AclPermissionType.ALLOW || entry.principal().equals(EVERYBODY);
  }

  private boolean reaches(ResourcePattern what) {
    String name = what.name();
    return switch (what.patternType()) {
      case LITERAL -> name.equals(ALL_NAMES) || name.startsWith(names.prefix());
      case PREFIXED -> name.startsWith(names.prefix()) || names.prefix().startsWith(name);
      case UNKNOWN, ANY, MATCH -> false;
    };
  }

  /** One entry for people: {@code User:pi may READ the topic godwit.pages.pi}. */
  static String words(AclBinding entry) {
    ResourcePattern what = entry.pattern();
    return "%s %s %s the %s %s%s"
        .formatted(
            entry.entry().principal(),
            entry.entry().permissionType() == AclPermissionType.DENY ? "may not" : "may",
            entry.entry().operation(),
            what.resourceType().name().toLowerCase(Locale.ROOT).replace('_', ' '),
            what.name(),
            what.patternType() == PatternType.PREFIXED ? "…" : "");
  }

  /** The command that takes an entry away. */
  static String removal(AclBinding entry, String brokers) {
    ResourcePattern what = entry.pattern();
    AccessControlEntry said = entry.entry();
    String way = said.permissionType() == AclPermissionType.DENY ? "deny" : "allow";
    return "kafka-acls.sh --bootstrap-server %s --remove --force --%s-principal '%s' --%s-host '%s' --operation %s %s --resource-pattern-type %s"
        .formatted(
            brokers,
            way,
            said.principal(),
            way,
            said.host(),
            camel(said.operation()),
            option(what),
            what.patternType().name().toLowerCase(Locale.ROOT));
  }

  private static String option(ResourcePattern what) {
    return switch (what.resourceType()) {
      case TOPIC -> "--topic '%s'".formatted(what.name());
      case GROUP -> "--group '%s'".formatted(what.name());
      case TRANSACTIONAL_ID -> "--transactional-id '%s'".formatted(what.name());
      case DELEGATION_TOKEN -> "--delegation-token '%s'".formatted(what.name());
      case USER -> "--user-principal '%s'".formatted(what.name());
      case CLUSTER -> "--cluster";
      case UNKNOWN, ANY -> "";
    };
  }

  /** As that command wants it: {@code DescribeConfigs}. */
  private static String camel(AclOperation operation) {
    return Stream.of(operation.name().split("_"))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }
}
