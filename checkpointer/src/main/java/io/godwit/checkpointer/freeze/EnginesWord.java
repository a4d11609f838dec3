package io.godwit.checkpointer.freeze;

import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.DockerException;
import io.godwit.service.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is asked of the Engine, none of it for longer than a source can wait. */
final class EnginesWord {
  private static final Logger LOG = LoggerFactory.getLogger(EnginesWord.class);
  private static final String PAUSED = "paused";

  /** The Engine pauses in 20 ms, and unpauses in as many. */
  private static final Duration AT_ONCE = Duration.ofMillis(250);

  private static final Duration QUESTION = Duration.ofSeconds(10);

  private final DockerEngine engine;
  private final Threads threads;

  /** The containers that the Engine was asked to pause and has not answered for. */
  private final Set<String> late = ConcurrentHashMap.newKeySet();

  EnginesWord(DockerEngine engine, Threads threads) {
    this.engine = engine;
    this.threads = threads;
  }

  /** Pauses it; one that is paused is left so. */
  void pause(String containerId) throws IOException, InterruptedException {
    AtomicBoolean unwanted = new AtomicBoolean();
    if (!late.add(containerId)) {
      throw new IOException(
          "the Engine has not come back yet from pausing the container an earlier time");
    }
    // Not given up: an Engine that hangs pauses when nobody waits for it any more.
    EngineCall<Boolean> call =
        EngineCall.begin(
            "pause",
            threads,
            () -> {
              engine.pause(containerId);
              if (unwanted.get()) {
                LOG.warn("the Engine has paused the container too late; it goes on");
                engine.unpause(containerId);
              }
              return true;
            },
            () -> late.remove(containerId));
    EngineCall.Outcome<Boolean> paused;
    try {
      paused = call.outcome(QUESTION);
    } catch (InterruptedException e) {
      unwanted.set(true);
      throw e;
    }
    switch (paused) {
      case EngineCall.Outcome.Answered<Boolean> _ -> {
        return;
      }
      case EngineCall.Outcome.Refused<Boolean>(DockerException.Refused refusal) -> {
        // What is paused already, it refuses to pause.
        if (!isPaused(containerId)) {
          throw refusal;
        }
      }
      case EngineCall.Outcome.Silent<Boolean>(IOException failure) -> {
        unwanted.set(true);
        throw failure;
      }
    }
  }

  /** Lets it go on, as far as that is done at once. */
  EngineCall.Outcome<Boolean> unpause(String containerId) throws InterruptedException {
    return EngineCall.ask(
        "unpause",
        threads,
        AT_ONCE,
        () -> {
          engine.unpause(containerId);
          return true;
        });
  }

  /** Whether it says that it has it paused. */
  boolean isPaused(String containerId) throws IOException, InterruptedException {
    return inspect(containerId).filter(EnginesWord::isPaused).isPresent();
  }

  /** What it says of it. */
  Optional<Container> inspect(String containerId) throws IOException, InterruptedException {
    return EngineCall.answer("inspect", threads, QUESTION, () -> engine.inspect(containerId));
  }

  static boolean isPaused(Container container) {
    return container.state().status().equals(PAUSED);
  }

  static boolean mayHaveProcesses(Container container) {
    return container.runs() || isPaused(container);
  }

  /** Kills it. */
  EngineCall.Outcome<Boolean> kill(String containerId) throws InterruptedException {
    return EngineCall.ask(
        "kill",
        threads,
        QUESTION,
        () -> {
          engine.kill(containerId);
          return true;
        });
  }
}
