package io.godwit.batch.lead;

import io.godwit.contract.BatchRecord;
import java.time.Instant;

/**
 * Writes a leader's words: numbered, so that it knows when all of them have come back. Until then
 * it decides nothing more.
 */
final class Pen {
  private final String name;
  private final Out out;
  private long epoch;
  private long written;
  private long readBack;

  Pen(String name, Out out) {
    this.name = name;
    this.out = out;
  }

  void begin(long newEpoch) {
    epoch = newEpoch;
    written = 0;
    readBack = 0;
  }

  void write(BatchRecord.Builder word, Instant now) {
    written++;
    out.append(
        word.setEpoch(epoch).setWord(written).setAtMs(now.toEpochMilli()).setBy(name).build());
  }

  void readBack(BatchRecord word) {
    if (word.getEpoch() == epoch) {
      readBack = Math.max(readBack, word.getWord());
    }
  }

  boolean waits() {
    return readBack < written;
  }

  long epoch() {
    return epoch;
  }
}
