package io.godwit.cli;

import io.godwit.contract.Event;
import io.godwit.contract.Phase;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the commands tell people of migrations. */
public final class Told implements AutoCloseable {
  private final TopicReader<Event> events;
  private final List<Event> heard = new ArrayList<>();

  public Told(KafkaMessaging kafka) {
    events = new TopicReader<>(kafka.spectator(), kafka.nameOf(Topic.EVENTS), Event.parser());
    heard.addAll(events.readAll());
  }

  /**
   * The codes that whoever waits at {@code godwit migrate} gets, one for each end that was told.
   */
  public List<Integer> exitCodes(String id) {
    heard.addAll(events.poll());
    return heard.stream()
        .filter(event -> event.getMigrationId().equals(id))
        .map(Outcome::of)
        .flatMap(Optional::stream)
        .map(ExitStatus::code)
        .toList();
  }

  /** The messages of one phase of a migration, in order. */
  public List<String> messages(String id, Phase phase) {
    heard.addAll(events.poll());
    return heard.stream()
        .filter(event -> event.getMigrationId().equals(id) && event.getPhase() == phase)
        .map(Event::getMessage)
        .toList();
  }

  @Override
  public void close() {
    events.close();
  }
}
