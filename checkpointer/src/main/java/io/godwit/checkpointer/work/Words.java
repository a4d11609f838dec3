package io.godwit.checkpointer.work;

import io.godwit.messaging.MessagingException;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusedException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A failure in words for people. */
final class Words {
  private static final Logger LOG = LoggerFactory.getLogger(Words.class);

  private Words() {}

  /**
   * The message, where it was made for people. That of a file system is only the file's name, so it
   * gets its kind; anything that is not expected is a defect and says so.
   */
  static String of(Throwable failure) {
    return switch (failure) {
      case FileSystemException e -> e.toString();
      case RuntimeException e when !(e instanceof MessagingException) -> {
        LOG.error("a defect of the checkpointer", e);
        yield "a defect of the checkpointer, see its log: " + e;
      }
      case Error e -> {
        LOG.error("the checkpointer cannot go on with it", e);
        yield "the checkpointer cannot go on with it, see its log: " + e;
      }
      default -> message(failure);
    };
  }

  /** Why the container cannot be moved, as values, where that is the failure. */
  static List<Refusal> refusals(Throwable failure) {
    return failure instanceof RefusedException refused ? refused.refusals() : List.of();
  }

  private static String message(Throwable failure) {
    return Objects.requireNonNullElse(failure.getMessage(), failure.toString());
  }
}
