package io.godwit.checkpointer.freeze;

import io.godwit.checkpointer.source.CgroupFreezer;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcessIdentity;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.DockerEngine;
import java.io.IOException;
import java.util.Optional;

/** Freezes the source's container, thaws it, ends it, and says what really is of it. */
public final class SourceControl {
  public SourceControl(
      DockerEngine engine,
      ProcFs processes,
      ProcessIdentity identity,
      CgroupFreezer freezer,
      CommandRunner commands,
      Waiting waiting) {}

  /**
   * What is of it at this moment.
   *
   * @param containerId the full id
   * @param identity of the first process that is meant; empty: whatever runs is meant
   * @throws IOException when the Engine does not answer: nobody knows then
   */
  public Sight look(String containerId, Optional<String> identity) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Pauses. When this returns, every process stands in the freezer, and neither a docker exec nor a
   * health check stands half-way in it. One that is frozen already is left so.
   *
   * @throws IOException when it does not come to a stand, or does not run; it may be frozen all the
   *     same, so {@link #thaw} it
   */
  public void freeze(String containerId) throws IOException, InterruptedException {
    throw new UnsupportedOperationException();
  }

  /**
   * The frozen go on: by the Engine's unpause, or, where the Engine refuses or does not answer
   * within a short time, by the kernel's freezer itself, and the Engine is asked until its word and
   * the truth agree. What a dump that was cut off holds is let go first. One that runs, has ended
   * or was removed is left as it is. Never waits for the turn on CRIU's options.
   *
   * @throws IOException when the Engine's word stays another; the processes go on by then, if it is
   *     in the kernel's power
   */
  public void thaw(String containerId) throws IOException, InterruptedException {
    throw new UnsupportedOperationException();
  }

  /**
   * Kills all of it where it stands: what is frozen executes no further instruction. Returns when
   * the Engine has noticed. One that has ended or was removed is left as it is.
   *
   * @throws IOException when it does not end
   */
  public void end(String containerId) throws IOException, InterruptedException {
    throw new UnsupportedOperationException();
  }

  /**
   * Keeps from a container's sockets whatever comes, and from others what they send: all but
   * loopback is dropped in its network namespace, both ways, until {@link #releaseNetwork}. May be
   * done again.
   *
   * @throws IOException when it cannot be, such as because the network is the machine's own; the
   *     message is a sentence for people
   */
  public void holdNetwork(String containerId) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Undoes {@link #holdNetwork}, where it was done; one without processes needs none. */
  public void releaseNetwork(String containerId) throws IOException {
    throw new UnsupportedOperationException();
  }
}
