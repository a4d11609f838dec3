package io.godwit.messaging;

/**
 * Does the work of one record. May see a record twice and does the work once. Runs for as long as
 * it needs: the subscription keeps its place in the group meanwhile.
 */
@FunctionalInterface
public interface RecordHandler {
  /**
   * Handles a record; its offset is committed when this returns.
   *
   * @param key the record's key, empty where it has none
   * @param value the record's value as it came
   * @throws PoisonException when no retry can help: the record goes to the dead letters
   * @throws Exception anything else is retried a few times, with growing pauses, and then goes to
   *     the dead letters
   */
  void handle(String key, byte[] value) throws Exception;
}
