package io.godwit.agent.state;

import io.godwit.blob.BlobStore;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.isa.Isa;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.EventPublisher;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Sleeper;
import io.godwit.service.Threads;
import java.nio.file.Path;
import java.time.Clock;

/** What the parts of an agent stand on. */
public record Workplace(Device device, Meeting meeting, Desk desk, Waiting waiting) {
  /**
   * What the device is made of.
   *
   * @param proc {@code /proc} but in tests
   * @param pageSize in bytes
   */
  public record Device(
      DockerEngine engine,
      CriuOptions criu,
      CommandRunner commands,
      Path proc,
      Isa isa,
      int pageSize) {}

  /** What services meet at. */
  public record Meeting(
      Publisher publisher, EventPublisher events, DecisionLog log, BlobStore blobs) {}

  /**
   * What the agent keeps.
   *
   * @param shared for notes that this machine's checkpointer reads or writes, too
   * @param policy which containers it takes
   */
  public record Desk(
      Self self, StateFolder state, Journal journal, Path shared, DevicePolicy policy) {}

  /** How time passes. */
  public record Waiting(Clock clock, Sleeper sleeper, Threads threads) {}
}
