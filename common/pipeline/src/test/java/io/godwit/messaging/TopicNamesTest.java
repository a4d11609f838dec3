package io.godwit.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.service.SettingsException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TopicNamesTest {
  private static final TopicNames NAMES = new TopicNames("godwit.");

  @ParameterizedTest
  @EnumSource
  void topicIsFoundByTheNameThatItsRecordsStandUnder(Topic topic) {
    assertEquals(Optional.of(topic), NAMES.topicOf(NAMES.of(topic, "pi.in-the_attic")));
  }

  @Test
  void whatGoesToADeviceGoesToATopicOfItsOwn() {
    assertEquals("godwit.preparations.pi", NAMES.of(Topic.PREPARATIONS, "pi"));
    assertEquals("godwit.pages.pi", NAMES.of(Topic.PAGES, "pi"));
    assertEquals("godwit.conversions.pi", NAMES.of(Topic.CONVERSIONS, "pi"));
    assertEquals("godwit.requests", NAMES.of(Topic.REQUESTS, "ada"));
    assertThrows(IllegalArgumentException.class, () -> NAMES.of(Topic.PAGES));
  }

  @Test
  void whatIsNoTopicOfOursIsNone() {
    assertEquals(Optional.empty(), NAMES.topicOf("godwit.preparations"));
    assertEquals(Optional.empty(), NAMES.topicOf("godwit.preparations."));
    assertEquals(Optional.empty(), NAMES.topicOf("godwit.requests.ada"));
    assertEquals(Optional.empty(), NAMES.topicOf("preparations.pi"));
  }

  @Test
  void metricsHaveNoNamesOfDevices() {
    assertEquals("pages", NAMES.label("godwit.pages.pi"));
    assertEquals("dead-letters", NAMES.label("godwit.dead-letters"));
    assertEquals("other", NAMES.label("theirs"));
  }

  @Test
  void nameThatKafkaHasNoRoomForIsRefusedInASentence() {
    String longest = "x".repeat(249 - "godwit.preparations.".length());
    assertEquals(249, NAMES.of(Topic.PREPARATIONS, longest).length());
    String refused =
        assertThrows(SettingsException.class, () -> NAMES.of(Topic.PREPARATIONS, longest + "y"))
            .getMessage();
    assertTrue(refused.contains("give it a shorter one (GODWIT_DEVICE)"), refused);
  }
}
