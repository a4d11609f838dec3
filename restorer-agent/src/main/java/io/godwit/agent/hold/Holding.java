package io.godwit.agent.hold;

import io.godwit.docker.DockerEngine;
import io.godwit.service.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Starts containers of an Engine that are going to be held.
 *
 * @param sys {@code /sys} but in tests
 */
public record Holding(DockerEngine engine, Awaited awaited, Path sys, Threads threads) {
  /**
   * Has the Engine start a container, which is going to be held.
   *
   * @param containerId the full id of one that is made and not started
   * @param atMost how long it may be held
   */
  public HeldStart begin(String containerId, Duration atMost) throws IOException {
    LastMoment last = LastMoment.of(engine::endpoint, sys);
    Hold hold = awaited.hold(containerId, atMost);
    return HeldStart.begin(engine, hold, containerId, threads, last);
  }
}
