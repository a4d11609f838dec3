package io.godwit.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.godwit.contract.BatchRecord;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.Conversion;
import io.godwit.contract.Decision;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.Event;
import io.godwit.contract.HostRecord;
import io.godwit.contract.PagesAhead;
import io.godwit.contract.Preparation;
import io.godwit.contract.Rehearsal;
import io.godwit.contract.Request;
import io.godwit.messaging.DeadLetter;
import io.godwit.messaging.PoisonException;
import io.godwit.messaging.Topic;
import io.godwit.messaging.TopicNames;
import io.godwit.messaging.Wire;
import io.godwit.service.Settings;
import java.io.PrintStream;
import java.util.Optional;

/** A dead letter in full, for people. */
final class LetterText {
  private static final int LONGEST_BYTES = 4 << 10;

  private LetterText() {}

  static void print(DeadLetter letter, Settings settings, PrintStream out) {
    out.printf("Dead letter %d, %s%n", letter.number(), DeadLettersCommand.word(letter.fate()));
    out.printf(
        "from:    %s, partition %s, offset %s%n",
        letter.topic(), letter.partition(), letter.offset());
    out.printf("buried:  %s by %s%n", letter.at(), letter.service());
    out.printf("key:     %s%n", letter.key());
    letter.headers().forEach(header -> out.printf("header:  %s%n", header));
    out.printf("reason:  %s%n", letter.reason());
    out.println(value(letter, settings));
    out.println(letter.stack());
  }

  private static String value(DeadLetter letter, Settings settings) {
    if (letter.leftOut().isPresent()) {
      return "value:   %s bytes, which did not fit here; `replay` takes it from where it stands"
          .formatted(letter.leftOut().get());
    }
    byte[] value = letter.value();
    return message(letter, settings)
        .map(message ->
            "value:   %s of %d bytes%n%s"
                .formatted(
                    message.getDescriptorForType().getFullName(),
                    value.length,
                    TextFormat.printer().printToString(message)))
        .orElseGet(() ->
            "value:   %d bytes%n%s"
                .formatted(
                    value.length,
                    TextFormat.escapeBytes(
                        ByteString.copyFrom(value, 0, Math.min(LONGEST_BYTES, value.length)))));
  }

  private static Optional<Message> message(DeadLetter letter, Settings settings) {
    Message prototype =
        new TopicNames(settings.topicPrefix())
            .topicOf(letter.topic())
            .map(LetterText::prototype)
            // Of a version that wrote a message around the record.
            .orElse(io.godwit.contract.DeadLetter.getDefaultInstance());
    try {
      return Optional.of(Wire.parse(prototype, letter.value()));
    } catch (PoisonException e) {
      return Optional.empty();
    }
  }

  private static Message prototype(Topic topic) {
    return switch (topic) {
      case REQUESTS -> Request.getDefaultInstance();
      case BATCHES -> BatchRecord.getDefaultInstance();
      case HOSTS -> HostRecord.getDefaultInstance();
      case PREPARATIONS -> Preparation.getDefaultInstance();
      case PAGES -> PagesAhead.getDefaultInstance();
      case REHEARSALS -> Rehearsal.getDefaultInstance();
      case CHECKPOINTS -> Checkpoint.getDefaultInstance();
      case CONVERSIONS -> Conversion.getDefaultInstance();
      case DECISIONS -> Decision.getDefaultInstance();
      case EVENTS -> Event.getDefaultInstance();
      case DEVICES -> DeviceProfile.getDefaultInstance();
      case DEAD_LETTERS -> io.godwit.contract.DeadLetter.getDefaultInstance();
    };
  }
}
