package io.godwit.batch.lead;

import io.godwit.batch.spec.Gate;
import io.godwit.contract.BatchRecord;
import io.godwit.contract.Request;
import io.godwit.messaging.Verdict;
import java.util.Optional;

/** What a leader does to the world. Each may throw; then the leader is to be given up. */
public interface Out {
  /** Writes a word, which comes back in the topic's order. */
  void append(BatchRecord word);

  /** Asks a host, as any client does. */
  void request(String host, Request request);

  /** Writes an Abort into the log of decisions, and says what the log amounts to then. */
  Verdict abort(String migrationId, String reason);

  /**
   * Whether a gate's query holds; the first call asks, and as long as it is not answered there is
   * nothing.
   */
  Optional<Gate.Answer> ask(String batchId, int wave, String query);
}
