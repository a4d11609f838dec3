package io.godwit.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;

class RightsTest {
  private static final Rights RIGHTS = new Rights(new TopicNames("godwit."));
  private static final List<Grant> GRANTS =
      List.of(
          new Grant(new Party.Agent("pi"), "User:pi"),
          new Grant(new Party.Converter(), "User:converter"));
  private static final Set<AclBinding> WANTED = RIGHTS.of(GRANTS);

  private static List<String> words(Grant grant) {
    return RIGHTS.of(List.of(grant)).stream().map(Rights::words).sorted().toList();
  }

  @Test
  void deviceMayReadItsOwnTopicsAndWhatDecidesAndNothingElse() {
    assertEquals(
        List.of(
            "User:pi may DESCRIBE_CONFIGS the topic godwit.conversions.pi",
            "User:pi may DESCRIBE_CONFIGS the topic godwit.dead-letters",
            "User:pi may DESCRIBE_CONFIGS the topic godwit.decisions",
            "User:pi may DESCRIBE_CONFIGS the topic godwit.devices",
            "User:pi may DESCRIBE_CONFIGS the topic godwit.events",
            "User:pi may DESCRIBE_CONFIGS the topic godwit.pages.pi",
            "User:pi may DESCRIBE_CONFIGS the topic godwit.preparations.pi",
            "User:pi may DESCRIBE_CONFIGS the topic godwit.rehearsals",
            "User:pi may READ the group godwit.restorer-agent.pi.conversions",
            "User:pi may READ the group godwit.restorer-agent.pi.pages",
            "User:pi may READ the group godwit.restorer-agent.pi.preparations",
            "User:pi may READ the topic godwit.conversions.pi",
            "User:pi may READ the topic godwit.decisions",
            "User:pi may READ the topic godwit.devices",
            "User:pi may READ the topic godwit.pages.pi",
            "User:pi may READ the topic godwit.preparations.pi",
            "User:pi may WRITE the topic godwit.dead-letters",
            "User:pi may WRITE the topic godwit.decisions",
            "User:pi may WRITE the topic godwit.devices",
            "User:pi may WRITE the topic godwit.events",
            "User:pi may WRITE the topic godwit.rehearsals"),
        words(GRANTS.getFirst()));
  }

  @Test
  void sendersMayWriteToEveryDeviceAndReadNone() {
    List<String> checkpointer = words(new Grant(new Party.Checkpointer("ada"), "User:ada"));
    assertTrue(checkpointer.contains("User:ada may WRITE the topic godwit.preparations.…"));
    assertTrue(
        checkpointer.contains("User:ada may READ the group godwit.checkpointer.ada.requests"));
    assertTrue(
        checkpointer.stream().noneMatch(right -> right.contains("READ the topic godwit.pre")));
    assertTrue(
        words(GRANTS.getLast())
            .contains("User:converter may WRITE the topic godwit.conversions.…"));
  }

  private static AclBinding right(
      ResourceType type, String name, PatternType pattern, String who, AclPermissionType way) {
    return new AclBinding(
        new ResourcePattern(type, name, pattern),
        new AccessControlEntry(who, "*", AclOperation.READ, way));
  }

  private static List<AclBinding> unwanted(AclBinding more) {
    Set<AclBinding> existing = new HashSet<>(WANTED);
    existing.add(more);
    return RIGHTS.unwanted(existing, WANTED, GRANTS);
  }

  @Test
  void rightThatNobodyNeedsIsNamed() {
    assertEquals(List.of(), RIGHTS.unwanted(WANTED, WANTED, GRANTS));
    PatternType literal = PatternType.LITERAL;
    AclPermissionType allow = AclPermissionType.ALLOW;
    AclPermissionType deny = AclPermissionType.DENY;
    for (AclBinding more :
        List.of(
            right(ResourceType.TOPIC, "godwit.pages.tv", literal, "User:pi", allow),
            right(ResourceType.TOPIC, "godwit.pages.pi", literal, "User:pi", deny),
            right(ResourceType.TOPIC, "godwit.pages.pi", literal, "User:somebody", allow),
            right(ResourceType.TOPIC, "*", literal, "User:somebody", allow),
            right(ResourceType.TOPIC, "god", PatternType.PREFIXED, "User:*", allow),
            right(ResourceType.TOPIC, "godwit.pages", PatternType.PREFIXED, "User:pi", allow),
            right(ResourceType.GROUP, "*", literal, "User:pi", allow),
            right(ResourceType.GROUP, "*", literal, "User:*", deny),
            right(ResourceType.CLUSTER, "kafka-cluster", literal, "User:pi", allow),
            right(ResourceType.TRANSACTIONAL_ID, "x", literal, "User:converter", allow))) {
      assertEquals(List.of(more), unwanted(more));
    }
  }

  @Test
  void rightsOfOthersToWhatIsTheirsAreTheirs() {
    for (AclBinding theirs :
        List.of(
            right(
                ResourceType.TOPIC,
                "theirs",
                PatternType.LITERAL,
                "User:pi",
                AclPermissionType.ALLOW),
            right(
                ResourceType.TOPIC,
                "godwit.pages.pi",
                PatternType.LITERAL,
                "User:somebody",
                AclPermissionType.DENY),
            right(
                ResourceType.CLUSTER,
                "kafka-cluster",
                PatternType.LITERAL,
                "User:somebody",
                AclPermissionType.ALLOW))) {
      assertEquals(List.of(), unwanted(theirs));
    }
  }

  @Test
  void rightIsTakenAwayByTheCommandThatIsTold() {
    AclBinding more =
        right(
            ResourceType.TOPIC,
            "godwit.pages.",
            PatternType.PREFIXED,
            "User:CN=pi,O=attic",
            AclPermissionType.ALLOW);
    assertEquals(
        "kafka-acls.sh --bootstrap-server kafka:9092 --remove --force --allow-principal 'User:CN=pi,O=attic' --allow-host '*' --operation Read --topic 'godwit.pages.' --resource-pattern-type prefixed",
        Rights.removal(more, "kafka:9092"));
  }
}
