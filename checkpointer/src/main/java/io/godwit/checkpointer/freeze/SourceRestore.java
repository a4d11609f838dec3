package io.godwit.checkpointer.freeze;

import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcessIdentity;
import io.godwit.contract.TcpConnections;
import io.godwit.docker.CheckpointStart;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.SharedMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Makes the source's processes anew from their own dump. Only for when the frozen ones are gone:
 * the machine was started anew, or the Engine. Deletes nothing, so it can be tried for ever.
 */
public final class SourceRestore {
  public SourceRestore(
      DockerEngine engine,
      CheckpointStart start,
      SharedMemory sharedMemory,
      ProcFs processes,
      ProcessIdentity identity,
      Waiting waiting) {}

  /** How it ended. Nothing of the dump was deleted. */
  public sealed interface Answer {
    /** It runs as it was dumped. */
    record Restored() implements Answer {}

    /** It was restored, and has come to its own end since. */
    record Ended(int exitCode) implements Answer {}

    /**
     * Nothing of it runs; what can be tried again later.
     *
     * @param why sentences for people, with what CRIU said
     */
    record Refused(String why) implements Answer {}
  }

  /**
   * What it is made from.
   *
   * @param checkpoint its name at the Engine
   * @param log where CRIU writes what it does
   * @param held where its shared memory was kept, see {@link SharedMemory#hold}; it may not be
   *     there
   */
  public record Dump(
      String checkpoint, CheckpointFolder folder, Path log, TcpConnections tcp, Path held) {}

  /**
   * Starts the container from its dump and looks at what runs. One that the Engine started from its
   * beginning instead is ended at once.
   *
   * @param identity of the first process that was dumped
   * @throws IOException when nobody knows what runs: the Engine does not answer, or another waits
   *     for the turn on CRIU's options too long. {@link SourceControl#look} before trying again
   */
  public Answer restore(String containerId, Dump dump, Optional<String> identity)
      throws IOException, InterruptedException {
    throw new UnsupportedOperationException();
  }
}
