package io.godwit.messaging;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * How far one topic was read, from its beginning and without a gap.
 *
 * @param begins the first offsets that were there to be read
 * @param ends where it ended when the reading began
 * @param positions the offsets after the last that were read, or passed because they were deleted,
 *     compacted away or aborted
 */
record TailReading(
    TopicFacts.Identity topic,
    Map<TopicPartition, Long> begins,
    Map<TopicPartition, Long> ends,
    Map<TopicPartition, Long> positions) {
  /** Whether everything before these offsets was read. */
  boolean reached(Map<TopicPartition, Long> offsets) {
    return offsets.entrySet().stream()
        .allMatch(end -> positions.getOrDefault(end.getKey(), 0L) >= end.getValue());
  }

  /** Whether it was at the end once: before that, nobody knows what the topic says. */
  boolean settled() {
    return reached(ends);
  }

  TailReading at(Map<TopicPartition, Long> offsets) {
    return new TailReading(topic, begins, ends, offsets);
  }
}
