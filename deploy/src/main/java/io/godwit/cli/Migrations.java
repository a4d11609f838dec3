package io.godwit.cli;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.godwit.contract.Decision;
import io.godwit.contract.Event;
import io.godwit.messaging.Topic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** All migrations that anything is known of, in the order in which they were first heard of. */
record Migrations(Map<String, Known> byId) {
  static Migrations read(Connection connection) {
    Map<String, List<Event>> events =
        byMigration(connection, Topic.EVENTS, Event.parser(), Event::getMigrationId);
    Map<String, List<Decision>> decisions =
        byMigration(connection, Topic.DECISIONS, Decision.parser(), Decision::getMigrationId);
    Map<String, Known> all = new LinkedHashMap<>();
    events.forEach(
        (id, said) -> all.put(id, new Known(id, said, decisions.getOrDefault(id, List.of()))));
    decisions.forEach(
        (id, decided) -> all.computeIfAbsent(id, _ -> new Known(id, List.of(), decided)));
    return new Migrations(all);
  }

  private static <T extends MessageLite> Map<String, List<T>> byMigration(
      Connection connection, Topic topic, Parser<T> parser, Function<T, String> id) {
    Map<String, List<T>> byMigration = new LinkedHashMap<>();
    try (TopicReader<T> reader = connection.read(topic, parser)) {
      for (T value : reader.readAll()) {
        byMigration.computeIfAbsent(id.apply(value), _ -> new ArrayList<>()).add(value);
      }
    }
    return byMigration;
  }

  /** The one whose id begins so; says on standard error why there is none. */
  Optional<Known> find(String prefix) {
    Optional<Known> whole = Optional.ofNullable(byId.get(prefix));
    if (whole.isPresent()) {
      return whole;
    }
    List<String> ids = byId.keySet().stream().filter(id -> id.startsWith(prefix)).toList();
    if (ids.size() == 1) {
      return Optional.ofNullable(byId.get(ids.getFirst()));
    }
    System.err.println(
        ids.isEmpty()
            ? "No migration begins with " + prefix + "; `godwit status` lists them."
            : "Several migrations begin with " + prefix + ": " + String.join(", ", ids));
    return Optional.empty();
  }
}
