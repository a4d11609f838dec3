package io.godwit.messaging;

import io.godwit.trust.Trust;
import java.util.Optional;

/**
 * Hands on only records that are believed. One that is not is poison: no byte of it is used but to
 * say so, where somebody waits for what it asks.
 */
final class BelievedRecords implements RecordHandler {
  private final Trust trust;
  private final Topic topic;
  private final String name;
  private final RecordHandler handler;

  /**
   * @param name of the topic in Kafka
   */
  BelievedRecords(Trust trust, Topic topic, String name, RecordHandler handler) {
    this.trust = trust;
    this.topic = topic;
    this.name = name;
    this.handler = handler;
  }

  @Override
  public void handle(Received record) throws Exception {
    if (Speakers.sign(topic)) {
      Optional<String> objection =
          trust.objection(
              name,
              record.key(),
              record.value(),
              Optional.ofNullable(record.headers().get(Trust.HEADER)),
              Speakers.of(topic, record.value()));
      if (objection.isPresent()) {
        throw new PoisonException("the record is not believed: " + objection.get());
      }
    }
    handler.handle(record);
  }

  @Override
  public void buried(Received record, Throwable cause) throws Exception {
    handler.buried(record, cause);
  }
}
