package io.godwit.messaging;

import com.google.protobuf.Message;
import io.godwit.contract.BatchRecord;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.Conversion;
import io.godwit.contract.Decision;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.Event;
import io.godwit.contract.HostRecord;
import io.godwit.contract.PagesAhead;
import io.godwit.contract.Preparation;
import io.godwit.contract.Rehearsal;
import io.godwit.contract.Request;
import io.godwit.service.Setting;
import io.godwit.trust.Trust;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The topics as AsyncAPI 3.0 describes them, from {@link Topic}, {@link TopicRules}, {@link Party}
 * and {@link EnvelopeHeader}: nested maps, lists, texts and numbers, in the order in which people
 * read.
 */
final class AsyncApi {
  /** From common/, where the document stands. */
  private static final String CONTRACT = "pipeline/src/main/proto/godwit/contract.proto";

  private static final Map<String, Party> PARTIES =
      new TreeMap<>(
          Map.of(
              "checkpointer", new Party.Checkpointer("host"),
              "converter", new Party.Converter(),
              "batch-controller", new Party.BatchController(),
              "restorer-agent", new Party.Agent("device"),
              "operator", new Party.Operator()));

  /** The settings that the Kafka binding has words for. */
  private static final List<String> CONFIGURED =
      List.of(TopicConfig.RETENTION_MS_CONFIG, TopicConfig.MAX_MESSAGE_BYTES_CONFIG);

  /**
   * What the code does not say of a topic.
   *
   * @param value empty: as it came, whatever that was
   * @param key what the record's key is
   */
  private record Told(String summary, Optional<Message> value, String key) {}

  private static Told told(Topic topic) {
    return switch (topic) {
      case REQUESTS ->
          told(
              "Asks for a migration, a batch of them, or the end of one.",
              Request.getDefaultInstance(),
              "source host");
      case BATCHES ->
          told(
              "Asks for many migrations in waves, and all that becomes of them: a batch is what its records say.",
              BatchRecord.getDefaultInstance(),
              "batch");
      case HOSTS ->
          told(
              "What each host has, and the machines that batches move nothing to.",
              HostRecord.getDefaultInstance(),
              "host/ and the host, or cordon/ and the machine");
      case PREPARATIONS ->
          told(
              "The container's configuration and files, while it still runs.",
              Preparation.getDefaultInstance(),
              "target device");
      case PAGES ->
          told(
              "The container's memory, while it still runs.",
              PagesAhead.getDefaultInstance(),
              "target device");
      case REHEARSALS ->
          told(
              "What the device has made of a preparation: a template, or every reason why not.",
              Rehearsal.getDefaultInstance(),
              "source host");
      case CHECKPOINTS ->
          told(
              "A frozen container's checkpoint; a work queue that converters share.",
              Checkpoint.getDefaultInstance(),
              "migration");
      case CONVERSIONS ->
          told(
              "The checkpoint as the device can restore it.",
              Conversion.getDefaultInstance(),
              "target device");
      case DECISIONS ->
          told(
              "The log whose first Claim or Abort of an attempt decides.",
              Decision.getDefaultInstance(),
              "migration");
      case EVENTS ->
          told(
              "How migrations get on, for people and programs; nothing decides on it.",
              Event.getDefaultInstance(),
              "migration");
      case DEVICES ->
          told(
              "What each device is and whether it is alive.",
              DeviceProfile.getDefaultInstance(),
              "device");
      case DEAD_LETTERS ->
          new Told(
              "Records that no service could handle, as they came, with the reason in further headers.",
              Optional.empty(),
              "as it came");
    };
  }

  private static Told told(String summary, Message value, String key) {
    return new Told(summary, Optional.of(value), key);
  }

  private AsyncApi() {}

  static Map<String, Object> document() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("asyncapi", "3.0.0");
    document.put(
        "info",
        map(
            "title",
            "Godwit",
            "version",
            "0.1.0",
            "description",
            "Moves running containers between machines. Values are protobuf, evolved only by adding"
                + " fields; the prefix of the topics is a setting ("
                + Setting.TOPIC_PREFIX.variable()
                + ")."));
    document.put("defaultContentType", "application/protobuf");
    Map<String, Object> channels = new LinkedHashMap<>();
    Map<String, Object> operations = new LinkedHashMap<>();
    Map<String, Object> messages = new LinkedHashMap<>();
    for (Topic topic : Topic.values()) {
      Told told = told(topic);
      channels.put(topic.baseName(), channel(topic, told));
      PARTIES.forEach((who, party) -> {
        if (party.writes().contains(topic)) {
          operation(operations, topic, told, who, "send");
        }
        if (party.takes().contains(topic) || party.follows().contains(topic)) {
          operation(operations, topic, told, who, "receive");
        }
      });
      messages.put(name(told), message(told));
    }
    document.put("channels", channels);
    document.put("operations", operations);
    document.put(
        "components",
        map("messages", messages, "schemas", map("Envelope", envelope(), "Reason", reason())));
    return document;
  }

  private static Map<String, Object> channel(Topic topic, Told told) {
    String address = Setting.TOPIC_PREFIX.fallback() + topic.baseName();
    Map<String, Object> channel =
        map(
            "address",
            topic.isPerDevice() ? address + ".{device}" : address,
            "summary",
            told.summary(),
            "messages",
            map(name(told), reference("components", "messages", name(told))));
    if (topic.isPerDevice()) {
      channel.put(
          "parameters", map("device", map("description", "The target device, as in the key.")));
    }
    channel.put("bindings", map("kafka", topicBinding(topic)));
    return channel;
  }

  private static Map<String, Object> topicBinding(Topic topic) {
    TopicRules rules =
        TopicRules.of(
            topic, new TopicRules.Cluster(List.of(1, 2, 3), (short) 3, Duration.ofDays(7)));
    Map<String, String> made = rules.configuration(topic, (short) 3);
    Map<String, Object> configuration = new LinkedHashMap<>();
    configuration.put(TopicConfig.CLEANUP_POLICY_CONFIG, List.of(rules.cleanup()));
    for (String setting : CONFIGURED) {
      Optional.ofNullable(made.get(setting))
          .ifPresent(value -> configuration.put(setting, Long.parseLong(value)));
    }
    Map<String, Object> binding = new LinkedHashMap<>();
    rules.partitions().ifPresent(count -> binding.put("partitions", count));
    binding.put("topicConfiguration", configuration);
    binding.put("bindingVersion", "0.5.0");
    return binding;
  }

  private static void operation(
      Map<String, Object> operations, Topic topic, Told told, String who, String action) {
    operations.put(
        "%s.%s.%s".formatted(who, action, topic.baseName()),
        map(
            "action",
            action,
            "channel",
            reference("channels", topic.baseName()),
            "messages",
            List.of(reference("channels", topic.baseName(), "messages", name(told))),
            "tags",
            List.of(map("name", who))));
  }

  private static Map<String, Object> message(Told told) {
    Map<String, Object> message = map("name", name(told), "summary", told.summary());
    if (told.value().isPresent()) {
      message.put("contentType", "application/protobuf");
      message.put("headers", reference("components", "schemas", "Envelope"));
      message.put(
          "payload",
          map(
              "schemaFormat",
              "application/vnd.google.protobuf;version=3",
              "schema",
              map("$ref", CONTRACT)));
    } else {
      message.put("headers", reference("components", "schemas", "Reason"));
    }
    message.put(
        "bindings",
        map(
            "kafka",
            map(
                "key",
                map("type", "string", "description", told.key()),
                "bindingVersion",
                "0.5.0")));
    return message;
  }

  private static String name(Told told) {
    return told.value()
        .map(value -> value.getDescriptorForType().getFullName())
        .orElse("DeadRecord");
  }

  private static Map<String, Object> envelope() {
    Map<String, Object> headers = new LinkedHashMap<>();
    for (EnvelopeHeader header : EnvelopeHeader.values()) {
      headers.put(header.key(), text(header.meaning()));
    }
    headers.put(
        Trust.HEADER,
        text(
            "Where the publisher has a key: its name, and the signature over topic, key and value (Ed25519, DSSE's encoding)."));
    return map(
        "type",
        "object",
        "description",
        "What services of Godwit add to what they publish; whoever publishes without them is served too.",
        "properties",
        headers);
  }

  private static Map<String, Object> reason() {
    Map<String, Object> headers = new LinkedHashMap<>();
    List<String> ofMarks = new ArrayList<>();
    Predicate<LetterHeader> isOfMark =
        header -> header == LetterHeader.MARK_OF || header == LetterHeader.MARK_FATE;
    for (LetterHeader header : LetterHeader.values()) {
      headers.put(header.key(), map("type", "string"));
      if (isOfMark.test(header)) {
        ofMarks.add(header.key());
      }
    }
    return map(
        "type",
        "object",
        "description",
        "After the headers that the record came with, where it stood and why it is here. A record with %s is none, but says what became of one."
            .formatted(String.join(" and ", ofMarks)),
        "properties",
        headers);
  }

  private static Map<String, Object> text(String description) {
    return map("type", "string", "description", description);
  }

  private static Map<String, Object> reference(String... path) {
    return map("$ref", "#/" + String.join("/", path));
  }

  /** In this order; name, value, name, value... */
  private static Map<String, Object> map(Object... parts) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < parts.length; i += 2) {
      map.put((String) parts[i], parts[i + 1]);
    }
    return map;
  }
}
