package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Migration;
import java.util.function.LongConsumer;

/** Tells people how far long work has come. */
@FunctionalInterface
public interface Progress {
  /**
   * A consumer of the bytes done so far.
   *
   * @param what the work is
   * @param totalBytes 0 where it is not known
   */
  LongConsumer of(Migration migration, String what, long totalBytes);
}
