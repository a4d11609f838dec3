package io.godwit.cli;

import io.godwit.contract.Event;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Topic;
import io.godwit.service.Settings;
import java.util.List;
import java.util.Optional;

/** What the commands tell people of a migration. */
public final class Told {
  private Told() {}

  /**
   * The codes that whoever waits at {@code godwit migrate} gets, one for each end that was told.
   */
  public static List<Integer> exitCodes(Settings settings, String id) {
    try (KafkaMessaging kafka = KafkaMessaging.of(settings);
        TopicReader<Event> events =
            new TopicReader<>(kafka.spectator(), kafka.nameOf(Topic.EVENTS), Event.parser())) {
      return events.readAll().stream()
          .filter(event -> event.getMigrationId().equals(id))
          .map(Outcome::of)
          .flatMap(Optional::stream)
          .map(ExitStatus::code)
          .toList();
    }
  }
}
