package io.godwit.checkpointer.freeze;

import io.godwit.docker.DockerException;
import io.godwit.messaging.MigrationLog;
import io.godwit.service.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A question to the Engine that is not waited for longer than its asker can: an Engine waits
 * itself, for minutes, for a shim that waits for a frozen process.
 */
final class EngineCall<T> {
  /** What is asked. */
  @FunctionalInterface
  interface Question<T> {
    T ask() throws IOException;
  }

  /** What came of it. */
  sealed interface Outcome<T> {
    record Answered<T>(T value) implements Outcome<T> {}

    /** It said no, and has done nothing, or not all. */
    record Refused<T>(DockerException.Refused refusal) implements Outcome<T> {}

    /** It may have done it, or do it yet. */
    record Silent<T>(IOException failure) implements Outcome<T> {}
  }

  private final String what;
  private final Threads.Started thread;
  private final AtomicReference<Optional<Outcome<T>>> outcome =
      new AtomicReference<>(Optional.empty());

  /** No fault of the Engine's, so it is thrown where it was asked. */
  private final AtomicReference<Optional<Throwable>> broken =
      new AtomicReference<>(Optional.empty());

  private EngineCall(String what, Threads threads, Question<T> question, Runnable done) {
    this.what = what;
    this.thread =
        threads.start(
            "engine-" + what,
            MigrationLog.carried(() -> {
              try {
                outcome.set(Optional.of(ask(question)));
              } catch (RuntimeException | Error e) {
                broken.set(Optional.of(e));
              } finally {
                done.run();
              }
            }));
  }

  /** Asks on a thread beside. */
  static <T> EngineCall<T> begin(
      String what, Threads threads, Question<T> question, Runnable done) {
    return new EngineCall<>(what, threads, question, done);
  }

  /** Asks, and waits at most so long; whoever is interrupted takes the question back. */
  static <T> Outcome<T> ask(String what, Threads threads, Duration atMost, Question<T> question)
      throws InterruptedException {
    EngineCall<T> call = begin(what, threads, question, () -> {});
    try {
      return call.outcome(atMost);
    } finally {
      call.thread.interrupt();
    }
  }

  /** The same where only an answer is of use. */
  static <T> T answer(String what, Threads threads, Duration atMost, Question<T> question)
      throws IOException, InterruptedException {
    return switch (ask(what, threads, atMost, question)) {
      case Outcome.Answered<T>(T value) -> value;
      case Outcome.Refused<T>(DockerException.Refused refusal) -> throw refusal;
      case Outcome.Silent<T>(IOException failure) -> throw failure;
    };
  }

  private static <T> Outcome<T> ask(Question<T> question) {
    try {
      return new Outcome.Answered<>(question.ask());
    } catch (DockerException.Refused e) {
      return new Outcome.Refused<>(e);
    } catch (IOException e) {
      return new Outcome.Silent<>(e);
    }
  }

  /** What came of it by now. */
  Optional<Outcome<T>> now() {
    return switch (broken.get().orElse(null)) {
      case Error error -> throw error;
      case RuntimeException fault -> throw fault;
      case null, default -> outcome.get();
    };
  }

  /** What comes of it within a time. */
  Outcome<T> outcome(Duration atMost) throws InterruptedException {
    thread.join(atMost);
    return now()
        .orElseGet(() ->
            new Outcome.Silent<>(
                new DockerException.Silent(
                    "the Docker Engine did not answer within %d ms: %s"
                        .formatted(atMost.toMillis(), what))));
  }

  /** Nobody waits for it any more. */
  void giveUp() {
    thread.interrupt();
  }
}
