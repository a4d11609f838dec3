package io.godwit.agent.hold;

import java.io.IOException;
import java.time.Duration;

/** Where the runtime of this machine's containers is told which of them are awaited. */
public interface Awaited {
  /**
   * From now on the container's {@code create} is held. It stays so, without the hold, until {@link
   * #forget} or the container was started: then it fails at once.
   *
   * @param containerId the full id
   * @param atMost how long, from when it waits
   */
  Hold hold(String containerId, Duration atMost) throws IOException;

  /** From now on the container is one as any other. Only for one that is removed, or runs. */
  void forget(String containerId) throws IOException;
}
