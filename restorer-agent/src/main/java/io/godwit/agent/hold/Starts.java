package io.godwit.agent.hold;

import io.godwit.docker.CheckpointStart;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ways to start a container from its images.
 *
 * @param checkpoints the Engine's way, where it is experimental
 * @param holding ours, for an Engine whose containers come through the runtime
 */
public record Starts(DockerEngine engine, CheckpointStart checkpoints, Optional<Holding> holding) {
  private static final Logger LOG = LoggerFactory.getLogger(Starts.class);

  /** To have the Engine create a container: an emulated device takes its time. */
  private static final Duration CREATED = Duration.ofMinutes(2);

  /**
   * Starts a container afresh, and sees whether the Engine's containers come through the runtime.
   * Only where this has been seen may a container be started that must not begin afresh.
   *
   * @param made one that may be
   * @return whether they do
   * @throws IOException when it cannot be started
   */
  public boolean startAfresh(Container made) throws IOException, InterruptedException {
    Optional<HeldStart> awaited = awaited(made);
    if (awaited.isEmpty() || holding.isEmpty()) {
      engine.start(made.id());
      return false;
    }
    try (HeldStart start = awaited.get()) {
      Optional<String> not = start.await(CREATED);
      Optional<String> refusal = not.isEmpty() ? start.pass() : start.letGo(not.get());
      if (refusal.isPresent()) {
        throw new IOException(refusal.get());
      }
      return not.isEmpty();
    } finally {
      holding.get().awaited().forget(made.id());
    }
  }

  /** Nothing where this machine has no place for it: it goes without. */
  private Optional<HeldStart> awaited(Container made) {
    try {
      return holding.isEmpty()
          ? Optional.empty()
          : Optional.of(holding.get().begin(made.id(), CREATED));
    } catch (IOException e) {
      LOG.warn("no container can be awaited on this machine", e);
      return Optional.empty();
    }
  }

  /**
   * Begins the start of a container.
   *
   * @param made one that does not run
   * @param held whether it is seen that the Engine's containers come through the runtime
   * @param atMost how long it may wait
   */
  public PendingStart begin(Container made, boolean held, Duration atMost)
      throws IOException, InterruptedException {
    if (!held || holding.isEmpty()) {
      return new PendingStart.FromCheckpoint(checkpoints);
    }
    checkpoints.clearFor(made);
    return new PendingStart.Held(checkpoints, made, holding.get().begin(made.id(), atMost));
  }
}
