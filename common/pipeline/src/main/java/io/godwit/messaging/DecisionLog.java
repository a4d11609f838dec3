package io.godwit.messaging;

import io.godwit.contract.Decision;
import java.time.Duration;
import java.util.List;

/**
 * The {@code decisions} topic: all records of one migration stand in one partition, so they have
 * one order for everybody. The first Claim or Abort decides.
 */
public interface DecisionLog extends AutoCloseable {
  /**
   * Writes a record, then reads the log up to it and returns all records of its migration, in
   * order, this one among them. Whether the log still reaches back to where it should is asked
   * afterwards: it may have been made anew just before.
   *
   * @throws MessagingException when the broker does not answer; the record may or may not stand
   *     then, so ask {@link #read}
   */
  List<Decision> append(Decision decision);

  /**
   * All records of a migration as of now, in order: reads the log up to its end at the time of the
   * call.
   */
  List<Decision> read(String migrationId);

  /**
   * Waits until the migration has more than {@code known} records, or the time is over, and returns
   * all of them.
   *
   * @throws MessagingException when the log could not be read to its end even once in this time
   */
  List<Decision> await(String migrationId, int known, Duration atMost) throws InterruptedException;

  /**
   * Where the log ends now: the id of the topic that was read, and how far.
   *
   * @throws MessagingException when the broker does not answer
   */
  LogPosition end();

  /**
   * Whether every record from a position on still stands in the log, and was read: false once the
   * topic was made anew, or its retention has passed the position.
   *
   * @throws MessagingException when the broker does not answer
   */
  boolean reachesBackTo(LogPosition position);

  @Override
  void close();
}
