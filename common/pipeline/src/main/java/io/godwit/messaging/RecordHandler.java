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
   * @throws PoisonException when no retry can help: the record goes to the dead letters
   * @throws Exception anything else is retried a few times, with growing pauses, and then goes to
   *     the dead letters
   */
  void handle(Received record) throws Exception;

  /**
   * The record is not handled and goes to the dead letters: says so where somebody waits for what
   * it asks, as a decision or an answer. Called before that, and may be called again.
   *
   * @param cause why it was not handled
   * @throws Exception keeps the record from being buried; this is called again, with growing pauses
   */
  default void buried(Received record, Throwable cause) throws Exception {}
}
