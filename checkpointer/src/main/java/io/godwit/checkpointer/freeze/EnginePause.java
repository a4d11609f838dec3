package io.godwit.checkpointer.freeze;

import io.godwit.docker.DockerEngine;
import io.godwit.service.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the Engine to pause. One that hangs may do it when nobody waits for it any more and the
 * source has been told to go on: it would stand still for good. So the question is not given up
 * with its asker, and a pause that comes too late is taken back. Until it has come, the container
 * is not paused anew, since nobody could tell one pause from the other.
 */
final class EnginePause {
  private static final Logger LOG = LoggerFactory.getLogger(EnginePause.class);

  private final DockerEngine engine;
  private final Threads threads;

  /** The containers that the Engine was asked to pause and has not answered for. */
  private final Set<String> asked = ConcurrentHashMap.newKeySet();

  EnginePause(DockerEngine engine, Threads threads) {
    this.engine = engine;
    this.threads = threads;
  }

  /**
   * Asks, and waits at most so long.
   *
   * @throws IOException when the Engine has not answered for an earlier time yet
   */
  EngineCall.Outcome<Boolean> ask(String containerId, Duration atMost)
      throws IOException, InterruptedException {
    if (!asked.add(containerId)) {
      throw new IOException(
          "the Engine has not answered yet for an earlier pause of the container");
    }
    AtomicBoolean wanted = new AtomicBoolean(true);
    EngineCall<Boolean> call =
        EngineCall.begin(
            "pause", threads, () -> pause(containerId, wanted), () -> asked.remove(containerId));
    try {
      EngineCall.Outcome<Boolean> outcome = call.outcome(atMost);
      wanted.set(!(outcome instanceof EngineCall.Outcome.Silent));
      return outcome;
    } catch (InterruptedException e) {
      wanted.set(false);
      throw e;
    }
  }

  private boolean pause(String containerId, AtomicBoolean wanted) throws IOException {
    engine.pause(containerId);
    if (!wanted.get()) {
      LOG.warn("the Engine has paused the container too late: it goes on");
      engine.unpause(containerId);
    }
    return true;
  }
}
