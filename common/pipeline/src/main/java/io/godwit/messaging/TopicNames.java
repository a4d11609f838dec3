package io.godwit.messaging;

import io.godwit.service.Setting;
import io.godwit.service.SettingsException;
import java.util.Arrays;
import java.util.Optional;

/**
 * What the topics are called in Kafka: {@code godwit.requests}, {@code godwit.preparations.pi}.
 *
 * @param prefix of every one
 */
public record TopicNames(String prefix) {
  /** Kafka's own limit: the name becomes a folder's, with a partition after it. */
  private static final int LONGEST = 249;

  /** Of a topic that all share. */
  public String of(Topic topic) {
    if (topic.isPerDevice()) {
      throw new IllegalArgumentException("every device has a topic " + topic + " of its own");
    }
    return prefix + topic.baseName();
  }

  /**
   * The topic that records with this key stand in.
   *
   * @throws SettingsException when a device's name is too long for one
   */
  public String of(Topic topic, String key) {
    if (!topic.isPerDevice()) {
      return of(topic);
    }
    String name = allOf(topic) + key;
    if (name.length() > LONGEST) {
      throw new SettingsException(
          "the device's name '%s' gives a topic %s of %d characters, and Kafka takes %d: give it a shorter one (%s), or shorten %s"
              .formatted(
                  key,
                  name,
                  name.length(),
                  LONGEST,
                  Setting.DEVICE.variable(),
                  Setting.TOPIC_PREFIX.variable()));
    }
    return name;
  }

  /** What the names of all devices' topics of this kind begin with. */
  String allOf(Topic topic) {
    return prefix + topic.baseName() + ".";
  }

  /** Which topic has this name. */
  public Optional<Topic> topicOf(String name) {
    return Arrays.stream(Topic.values())
        .filter(topic ->
            topic.isPerDevice()
                ? name.startsWith(allOf(topic)) && name.length() > allOf(topic).length()
                : name.equals(of(topic)))
        .findFirst();
  }

  /** As in metrics: there are only so many, however many devices there are. */
  String label(String name) {
    return topicOf(name).map(Topic::baseName).orElse("other");
  }
}
