package io.godwit.messaging;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The dead letters with what became of each; read and written under the tail's lock. */
final class MarkedLetters implements TopicTail.Sink {
  private final TreeMap<Long, DeadLetter> byNumber = new TreeMap<>();

  @Override
  public void take(ConsumerRecord<byte[], byte[]> record) {
    Optional<String> marked = LetterHeader.MARK_OF.in(record);
    if (marked.isEmpty()) {
      byNumber.put(record.offset(), new DeadLetter(record, DeadLetter.Fate.WAITING));
      return;
    }
    DeadLetter.Fate fate =
        DeadLetter.Fate.valueOf(
            LetterHeader.MARK_FATE.in(record).orElse("").toUpperCase(Locale.ROOT));
    byNumber.computeIfPresent(Long.valueOf(marked.get()), (_, letter) -> letter.as(fate));
  }

  @Override
  public void clear() {
    byNumber.clear();
  }

  List<DeadLetter> all() {
    return List.copyOf(byNumber.values());
  }
}
