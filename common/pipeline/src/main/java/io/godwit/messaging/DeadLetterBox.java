package io.godwit.messaging;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * The dead letters as people handle them. Nothing is taken out of the log: what became of a letter
 * is a further record, a mark.
 */
public final class DeadLetterBox implements AutoCloseable {
  private static final Duration POLL = Duration.ofSeconds(5);
  private static final int POLLS = 6;

  /** What a mark is, to CloudEvents. */
  private static final String MARK = "DeadLetterMark";

  private final TopicTail tail;
  private final MarkedLetters letters;
  private final KafkaPublisher publisher;
  private final Supplier<Consumer<byte[], byte[]>> readers;
  private final TopicNames names;
  private final String topic;

  /**
   * @param tail fills the letters
   * @param names of the topics: letters go back to these and to no others
   */
  DeadLetterBox(
      TopicTail tail,
      MarkedLetters letters,
      KafkaPublisher publisher,
      Supplier<Consumer<byte[], byte[]>> readers,
      TopicNames names) {
    this.tail = tail;
    this.letters = letters;
    this.publisher = publisher;
    this.readers = readers;
    this.names = names;
    this.topic = names.of(Topic.DEAD_LETTERS);
  }

  /** All that are still kept, in order. */
  public List<DeadLetter> all() {
    return tail.caughtUp(letters::all);
  }

  /**
   * Publishes a letter where it came from, with the key, the value and the headers that it had
   * there, and marks it. A crash in between leaves it unmarked; handlers do the work of a record
   * once.
   *
   * @throws PoisonException when it cannot be: says why
   */
  public void replay(DeadLetter letter) throws PoisonException {
    if (names.topicOf(letter.topic()).isEmpty() || letter.topic().equals(topic)) {
      throw new PoisonException(
          "letter %d names the topic '%s', which is none of Godwit's"
              .formatted(letter.number(), letter.topic()));
    }
    if (letter.leftOut().isPresent()) {
      ConsumerRecord<byte[], byte[]> original = original(letter);
      publish(letter.topic(), original.key(), original.value(), original.headers());
    } else {
      ConsumerRecord<byte[], byte[]> record = letter.record();
      publish(letter.topic(), record.key(), record.value(), letter.ownHeaders().toList());
    }
    mark(letter, DeadLetter.Fate.REPLAYED);
  }

  /** Marks a letter as one that nobody wants handled. */
  public void drop(DeadLetter letter) {
    mark(letter, DeadLetter.Fate.DROPPED);
  }

  private void publish(String to, byte[] key, byte[] value, Iterable<Header> headers) {
    publisher.send(new ProducerRecord<>(to, null, key, value, headers));
  }

  /** From where it stood: its value did not fit among the dead letters. */
  private ConsumerRecord<byte[], byte[]> original(DeadLetter letter) throws PoisonException {
    TopicPartition partition =
        new TopicPartition(letter.topic(), Integer.parseInt(letter.partition()));
    long offset = Long.parseLong(letter.offset());
    try (Consumer<byte[], byte[]> consumer = readers.get()) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, offset);
      Optional<ConsumerRecord<byte[], byte[]>> first = Optional.empty();
      for (int i = 0; i < POLLS && first.isEmpty(); i++) {
        first = consumer.poll(POLL).records(partition).stream().findFirst();
      }
      return first
          .filter(record -> record.offset() == offset)
          .orElseThrow(() ->
              new PoisonException(
                  "letter %d was too large for the dead letters, and at %s@%d it does not stand any more"
                      .formatted(letter.number(), partition, offset)));
    }
  }

  private void mark(DeadLetter letter, DeadLetter.Fate fate) {
    String word = fate.name().toLowerCase(Locale.ROOT);
    publisher.sendWord(
        Topic.DEAD_LETTERS,
        MARK,
        word,
        List.of(
            LetterHeader.MARK_OF.of(Long.toString(letter.number())),
            LetterHeader.MARK_FATE.of(word)));
  }

  @Override
  public void close() {
    tail.close();
  }
}
