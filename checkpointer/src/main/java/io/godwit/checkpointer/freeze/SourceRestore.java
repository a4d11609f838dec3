package io.godwit.checkpointer.freeze;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcessIdentity;
import io.godwit.criu.ImageException;
import io.godwit.docker.CheckpointStart;
import io.godwit.docker.CheckpointStart.Proof.Finding;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.SharedMemory;
import io.godwit.docker.Tcp;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Makes the source's processes anew from their own dump. Only for when the frozen ones are gone:
 * the machine was started anew, or the Engine. Deletes nothing, so it can be tried for ever.
 */
public final class SourceRestore {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final DockerEngine engine;
  private final CheckpointStart start;
  private final SharedMemory sharedMemory;
  private final ProcFs processes;
  private final ProcessIdentity identity;

  public SourceRestore(
      DockerEngine engine,
      CheckpointStart start,
      SharedMemory sharedMemory,
      ProcFs processes,
      ProcessIdentity identity) {
    this.engine = engine;
    this.start = start;
    this.sharedMemory = sharedMemory;
    this.processes = processes;
    this.identity = identity;
  }

  /** How it ended. Nothing of the dump was deleted. */
  public sealed interface Answer {
    /**
     * It runs from where it was dumped.
     *
     * @param otherwise a sentence, where it is not in all as it was started
     */
    record Restored(Optional<String> otherwise) implements Answer {}

    /** It was restored, and has come to its own end since. */
    record Ended(int exitCode) implements Answer {}

    /**
     * Nothing of it was tried: it is made from what is no whole dump.
     *
     * @param why which image, and what is wrong with it
     */
    record Damaged(String why) implements Answer {}

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
  public record Dump(String checkpoint, CheckpointFolder folder, Path log, Tcp tcp, Path held) {}

  /**
   * Starts the container from its dump and looks at what runs. One that the Engine started from its
   * beginning instead is ended at once.
   *
   * @param expected identity of the first process that was dumped
   * @throws IOException when nobody knows what runs: the Engine does not answer, or another waits
   *     for the turn on CRIU's options too long. {@link SourceControl#look} before trying again
   */
  public Answer restore(String containerId, Dump dump, Optional<String> expected)
      throws IOException, InterruptedException {
    if (!dump.folder().isComplete()) {
      return new Answer.Damaged("it is not complete");
    }
    try {
      dump.folder().uncountReservations();
    } catch (ImageException e) {
      // A power cut may have left the name of an image and nothing in it.
      return new Answer.Damaged(String.valueOf(e.getMessage()));
    }
    CheckpointStart.Wanted wanted =
        new CheckpointStart.Wanted(
            containerId,
            dump.checkpoint(),
            dump.folder().images(),
            dump.log(),
            dump.tcp(),
            SharedMemory.options(dump.held()));
    return switch (start.start(wanted, (found, _) -> look(found, expected), PATIENCE)) {
      case CheckpointStart.Answer.Started started -> {
        sharedMemory.adopt(dump.held(), SharedMemory.mountOf(engine, containerId));
        yield new Answer.Restored(started.otherwise());
      }
      case CheckpointStart.Answer.Ended(Container container, Optional<String> refusal) ->
          // What the runtime itself took back has not come to its own end.
          refusal
              .<Answer>map(Answer.Refused::new)
              .orElseGet(() -> new Answer.Ended(container.state().exitCode()));
      case CheckpointStart.Answer.Refused refused -> new Answer.Refused(refused.message());
      case CheckpointStart.Answer.StrangerRuns stranger -> {
        // Before it changes more of what the dump relies on.
        engine.kill(containerId);
        yield new Answer.Refused(stranger.why());
      }
    };
  }

  /** Docker has been seen to start from the beginning when asked to restore, without an error. */
  private Finding look(Container container, Optional<String> expected) throws IOException {
    Optional<HostProcess> first = processes.find(container.firstPid().orElse(0L));
    if (first.isEmpty()) {
      return new Finding.Ending();
    }
    try {
      return expected.isEmpty() || identity.of(first.get()).equals(expected.get())
          ? new Finding.Same(List.of())
          : new Finding.Stranger(
              "the Engine started it from the beginning although it was asked to restore it, so it was ended again");
    } catch (IOException e) {
      if (processes.hasEnded(first.get(), e)) {
        return new Finding.Ending();
      }
      throw e;
    }
  }
}
